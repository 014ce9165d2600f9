"""Words that invented sites speak: a few per language, enough to look like talk and to be found by a search."""

WORDS: dict[str, str] = {
    "en": """the a garden bread server river winter music kernel bicycle library border market election forest camera
        recipe history planet theory battery engine school rent weather signal coffee mountain painting poem train tax water seed
        compost tomato yeast oven router update release bug patch mirror privacy license protocol inbox thread vote moderator
        is was will should could never always maybe because although while after before with without between about
        grows breaks works fails returns opens closes helps needs asks reads writes builds finds loses keeps
        old new small large quiet loud cheap honest strange simple broken careful green cold warm early late""",
    "de": """der die das ein Garten Brot Server Fluss Winter Musik Fahrrad Bibliothek Grenze Markt Wahl Wald Rezept Geschichte
        Miete Wetter Kaffee Berg Gedicht Zug Steuer Wasser Kompost Tomate Hefe Ofen Fehler Datenschutz Lizenz Protokoll Faden Stimme
        ist war wird sollte könnte nie immer vielleicht weil obwohl während nach vor mit ohne zwischen über
        wächst bricht läuft hilft braucht fragt liest schreibt baut findet verliert behält alt neu klein groß leise billig ehrlich
        seltsam einfach kaputt grün kalt warm früh spät""",
    "fr": """le la un une jardin pain serveur rivière hiver musique vélo bibliothèque frontière marché élection forêt recette
        histoire loyer météo café montagne poème train impôt eau compost tomate levure four erreur licence protocole fil vote
        est était sera devrait jamais toujours peut-être parce que bien que pendant après avant avec sans entre
        pousse casse marche aide demande lit écrit construit trouve perd garde vieux nouveau petit grand calme étrange simple vert""",
    "es": """el la un una jardín pan servidor río invierno música bicicleta biblioteca frontera mercado elección bosque receta
        historia alquiler tiempo café montaña poema tren impuesto agua tomate levadura horno error licencia protocolo hilo voto
        es era será debería nunca siempre quizás porque aunque mientras después antes con sin entre
        crece rompe funciona ayuda pide lee escribe construye encuentra pierde guarda viejo nuevo pequeño grande raro simple verde""",
    "ru": """сад хлеб сервер река зима музыка велосипед библиотека граница рынок выборы лес рецепт история погода кофе гора поэма
        поезд налог вода томат печь ошибка лицензия протокол нить голос это был будет никогда всегда может потому что хотя после до
        с без между растёт ломается работает помогает просит читает пишет строит находит теряет старый новый малый большой зелёный""",
    "ja": """庭 パン サーバー 川 冬 音楽 自転車 図書館 国境 市場 選挙 森 料理 歴史 天気 珈琲 山 詩 電車 税金 水 種 窯 誤り 規約 投票
        は が を に で と も から まで です でした でしょう 古い 新しい 小さい 大きい 静か 簡単 緑 育つ 壊れる 動く 助ける 読む 書く""",
    "ar": """حديقة خبز خادم نهر شتاء موسيقى دراجة مكتبة حدود سوق انتخابات غابة وصفة تاريخ طقس قهوة جبل قصيدة قطار ضريبة ماء بذرة
        فرن خطأ رخصة بروتوكول خيط صوت كان سوف دائما أبدا ربما لأن رغم بعد قبل مع بدون بين ينمو ينكسر يعمل يساعد يقرأ يكتب قديم جديد""",
}
LANGUAGE_WEIGHTS: dict[str, int] = {"en": 72, "de": 10, "fr": 5, "es": 5, "ru": 3, "ja": 3, "ar": 2}

TOPICS = (
    "gardening baking cycling libraries trains astronomy typography selfhosting woodworking photography history cooking hiking poetry "
    "linguistics chess mushrooms beekeeping radio maps knitting retrocomputing privacy gamedev bicycles tea ceramics birds sailing theatre "
    "economics climate medicine law architecture robotics mathematics physics philosophy painting cinema jazz folk football running climbing "
    "parenting cats dogs fermentation coffee cheese permaculture repair electronics keyboards linux python rust databases security networks"
).split()
GIVEN = (
    "ada ben cleo dara eli finn gwen hugo iris jonas kira liam mona nils olga pavel quinn rosa sven tara uma vera wim xena yuki zora amir "
    "bela chiyo dmitri esra fatou gita hana igor jun kofi lena mei noor omar petra rania sato tomas"
).split()
FAMILY = (
    "ash birch brook cliff dale elm fern glen hazel isle juniper kelp larch moss nettle oak pine quarry reed sage thorn vale willow yarrow "
    "badger crane deer eagle fox heron ibis jay kite lynx marten newt otter raven seal swift tern vole wren"
).split()
