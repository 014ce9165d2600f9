"""What posts, comments, messages and actors have in common: who is addressed, texts, pictures, links, mentions, languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from folkmoot.apub.documents import (
    PUBLIC,
    Document,
    Malformed,
    clean_line,
    clean_text,
    listed,
    malformed,
    read_id,
    same_host,
    web_address,
)
from folkmoot.model import tags
from folkmoot.model.tags import Tag
from folkmoot.text import languages
from folkmoot.text.html_to_markdown import to_markdown
from folkmoot.text.links import with_whole_pictures

MAX_MENTIONS = 25
MAX_ATTACHMENTS = 20
MARKDOWN = "text/markdown"

ACTOR_TYPES = frozenset({"Person", "Service", "Organization", "Group", "Application", "Feed"})

# What is not closed runs to the end rather than fail, so that a hostile text is read once and not from every `<`.
_P_OR_SPAN = re.compile(r"<(?P<closing>/?)(?P<name>p|span)\b[^>]*+(?:>|\Z)", re.IGNORECASE)
_IS_QUOTE_INLINE = re.compile(r'\bclass="[^">]*\bquote-inline\b', re.IGNORECASE)
_PICTURE = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")

_POST_TAG_TYPES = frozenset(
    {"CommunityPostTag", "CommunityTag", "lemmy:CommunityPostTag", "lemmy:CommunityTag"}
)
LINKED_BY_PAGE = frozenset({"Video", "Event", "Audio"})
_FILM = re.compile(r"\.(?:mp4|m4v|webm|ogv|mov|mp3|ogg|opus)(?:[?#]|$)", re.IGNORECASE)
_TAG_KEY = re.compile(r"[\w.-]{1,60}")
_COLOR = re.compile(r"[\w#-]{1,20}")

BodyFrom = Literal["source", "content-markdown", "content-html"]


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody or a community that a text names: found by `id`; `name` is only how it is written there."""

    id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A link or file beside a text. `alt` describes a picture."""

    url: str
    picture: bool
    alt: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """A text in Markdown and where it was taken from; both None where a document has none."""

    text: str | None
    taken_from: BodyFrom | None


def read_body(document: Document) -> Body:
    """The text of an object: its Markdown source, else Markdown or HTML of `content` (OBJ-7). Its pictures lie on its own server."""
    body, ident = _read_text(document), document.id_or_none("id")
    if body.text is None or ident is None:
        return body
    return Body(with_whole_pictures(body.text, ident), body.taken_from)


def _read_text(document: Document) -> Body:
    source = document.get("source")
    if isinstance(source, dict) and source.get("mediaType") == MARKDOWN:
        text = source.get("content")
        if isinstance(text, str) and (text.strip() or not document.get("content")):
            return Body(clean_text(text) or None, "source")
    content = document.get("content")
    if not isinstance(content, str) or not content.strip():
        return Body(None, None)
    if document.get("mediaType") == MARKDOWN:
        return Body(clean_text(content), "content-markdown")
    return Body(html_text(content), "content-html")


def html_text(html: str) -> str | None:
    """HTML of another server as Markdown; None where nothing is left of it."""
    if "quote-inline" in html:
        html = _without_quote_lines(html)
    return to_markdown(clean_text(html)) or None


def _without_quote_lines(html: str) -> str:
    """HTML without the paragraphs that only repeat, for programs that know no quotes, which post is quoted (`class="quote-inline"`)."""
    kept = []
    done = 0
    quote: re.Match[str] | None = None
    for tag in _P_OR_SPAN.finditer(html):
        if quote is None:
            if not tag["closing"] and _IS_QUOTE_INLINE.search(tag[0]):
                quote = tag
        elif tag["closing"] and tag["name"].lower() == quote["name"].lower():
            kept.append(html[done : quote.start()])
            done = tag.end()
            quote = None
    return "".join([*kept, html[done:]])


def read_summary(document: Document) -> str | None:
    """The description of an actor as Markdown: `source`, else the HTML of `summary`."""
    source = document.get("source")
    if (
        isinstance(source, dict)
        and source.get("mediaType") == MARKDOWN
        and isinstance(source.get("content"), str)
    ):
        return clean_text(source["content"]) or None
    summary = document.get("summary")
    return html_text(summary) if isinstance(summary, str) and summary.strip() else None


def read_language(document: Document) -> str | None:
    """The code of its language, None where it is unknown to us or undetermined (OBJ-8)."""
    value = document.get("language")
    if isinstance(value, dict):
        value = value.get("identifier")
    if not isinstance(value, str):
        by_language = document.get("contentMap")
        value = next(iter(by_language), None) if isinstance(by_language, dict) else None
    return language_code(value)


def language_code(value: object) -> str | None:
    """The code of a language that we know, without its region; None for others and for `und`."""
    found = languages.by_code(value) if isinstance(value, str) and len(value) <= 40 else None
    return found.code if found is not None and found.id != languages.UNDETERMINED else None


def read_picture(document: Document, name: str) -> str | None:
    """The address of an icon or picture: of a list the last that can be used."""
    for value in reversed(listed(document.get(name))):
        if isinstance(value, dict):
            value = value.get("url") or value.get("href")
        for candidate in reversed(listed(value)):
            if (url := web_address(candidate)) is not None:
                return url
    return None


def read_thumbnail(document: Document, kind: str) -> str | None:
    """The small picture of a post: its `image`, of a film or the like its `icon`. PieFed may name the film itself, which is no picture."""
    found = read_picture(document, "image")
    if found is None and kind in LINKED_BY_PAGE:
        found = read_picture(document, "icon")
    return None if found is None or _FILM.search(found) else found


def read_mentions(document: Document) -> tuple[Mention, ...]:
    """The people and communities that are named, each once, the first 25."""
    found: dict[str, Mention] = {}
    for tag in document.objects("tag"):
        if "Mention" not in listed(tag.get("type")):
            continue
        try:
            ident = read_id(tag.get("href"), development=document.development)
        except Malformed:
            continue
        found.setdefault(ident, Mention(ident, tag.line("name")))
        if len(found) == MAX_MENTIONS:
            break
    return tuple(found.values())


def read_post_tags(document: Document) -> tuple[str, ...]:
    """The ids of the tags of its community that a post has (4.1)."""
    return tuple(ident for ident, _ in _post_tags(document, "tag"))


def define_post_tags(document: Document) -> tuple[Tag, ...]:
    """The tags that a community has for its posts: as Lemmy says it, else as PieFed does (3.1). Those of another host are none."""
    name = "tag" if document.get("tag") else "lemmy:tagsForPosts"
    found: dict[str, Tag] = {}
    for ident, given in _post_tags(document, name):
        key = ident.rstrip("/").rpartition("/")[2]
        title = given.line("name") or given.line("display_name") or given.line("preferredUsername") or key
        color = given.get("color") or given.get("background_color")
        if same_host(ident, document.id()) and _TAG_KEY.fullmatch(key):
            known = color if isinstance(color, str) and _COLOR.fullmatch(color) else ""
            usual = ident == f"{document.id()}/tag/{key}"
            found.setdefault(key, Tag(key, title[: tags.TITLE_MAX], "" if usual else ident, known))
    return tuple(found.values())[: tags.MOST]


def _kinds_of(document: Document) -> set[str]:
    return {kind for kind in listed(document.get("type")) if isinstance(kind, str)}


def _post_tags(document: Document, name: str) -> Iterator[tuple[str, Document]]:
    """Those with an id, of the objects in a member."""
    for tag in document.objects(name):
        ident = tag.id_or_none("id")
        if ident is not None and _POST_TAG_TYPES.intersection(_kinds_of(tag)):
            yield ident, tag


def read_attachments(document: Document) -> tuple[Attachment, ...]:
    """The links and files beside the text that can be used, in order."""
    found: list[Attachment] = []
    for value in listed(document.get("attachment")):
        attachment = (
            _attachment(document.inner(value)) if isinstance(value, dict) else _plain_attachment(value)
        )
        if attachment is not None:
            found.append(attachment)
        if len(found) == MAX_ATTACHMENTS:
            break
    return tuple(found)


def _plain_attachment(value: object) -> Attachment | None:
    url = web_address(value)
    return Attachment(url, looks_like_picture(url), None) if url else None


def _attachment(given: Document) -> Attachment | None:
    kinds = listed(given.get("type"))
    if not {"Link", "Image", "Document", "Video", "Audio", "Page"}.intersection(
        k for k in kinds if isinstance(k, str)
    ):
        return None
    link = _best_link(given.get("href") or given.get("url"))
    url = web_address(link)
    if url is None:
        return None
    media_type = given.get("mediaType") or (link.get("mediaType") if isinstance(link, dict) else None)
    if isinstance(media_type, str):
        picture = media_type.startswith("image/")
    else:
        picture = "Image" in kinds or looks_like_picture(url)
    return Attachment(url, picture, given.line("name") if "Link" not in kinds else None)


def _best_link(value: object) -> object:
    """Of several links the first to a picture, else the first that is one."""
    links = [item for item in listed(value) if web_address(item) is not None]
    pictures = (
        item
        for item in links
        if isinstance(item, dict) and str(item.get("mediaType", "")).startswith("image/")
    )
    return next(pictures, links[0] if links else None)


def looks_like_picture(url: str) -> bool:
    """Whether the path of an address ends as those of pictures do."""
    return urlsplit(url).path.lower().endswith(_PICTURE)


def as_markdown(attachment: Attachment) -> str:
    """An attachment as it is shown within a text."""
    address = attachment.url.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
    if attachment.picture:
        alt = re.sub(r"([\[\]\\])", r"\\\1", attachment.alt or "")
        return f"![{alt}]({address})"
    return f"<{address}>"


def read_page_address(document: Document) -> str | None:
    """Where people read it: the HTML page among its `url`."""
    links = listed(document.get("url"))
    pages = [
        link
        for link in links
        if isinstance(link, dict) and "text/html" in (link.get("mediaType"), link.get("mimeType"))
    ]
    plain = [link for link in links if isinstance(link, str)]
    return next((url for link in [*pages, *plain] if (url := web_address(link)) is not None), None)


def read_author(document: Document) -> str:
    """The author: of several the person. Raises Malformed where there is none, and for what is no id."""
    name = "attributedTo" if document.get("attributedTo") is not None else "actor"
    values = listed(document.get(name))
    people = [
        v
        for v in values
        if isinstance(v, dict) and {"Person", "Service", "Organization"}.intersection(_kinds(v))
    ]
    if not values:
        raise malformed("missing_member", field="attributedTo")
    try:
        return read_id((people or values)[0], development=document.development)
    except Malformed as error:
        raise Malformed(error.code, field=name, detail=error.detail) from None


def groups_among_authors(document: Document) -> tuple[str, ...]:
    """The groups that it is attributed to beside its author, as PeerTube does."""
    groups = [v for v in listed(document.get("attributedTo")) if isinstance(v, dict) and "Group" in _kinds(v)]
    return document.inner({"groups": groups}).ids("groups")


def _kinds(value: dict[str, object]) -> Iterator[str]:
    return (kind for kind in listed(value.get("type")) if isinstance(kind, str))


def read_quote(document: Document) -> str | None:
    """The address of what it quotes; None where it quotes nothing."""
    for name in ("quote", "quoteUrl", "quoteUri", "_misskey_quote"):
        value = document.get(name)
        if (url := web_address(value.get("id") if isinstance(value, dict) else value)) is not None:
            return url
    for tag in document.objects("tag"):
        rels = [rel for rel in listed(tag.get("rel")) if isinstance(rel, str)]
        if any("_misskey_quote" in rel for rel in rels) and (url := web_address(tag.get("href"))) is not None:
            return url
    return None


def is_followers(ident: str) -> bool:
    """Whether an address looks like somebody's followers: no more than a hint, as every program names them its own way."""
    return "follower" in ident.partition("://")[2].partition("/")[2]


def goes_to_everybody(to: tuple[str, ...], cc: tuple[str, ...]) -> bool:
    """Whether `PUBLIC` is among the addressed."""
    return PUBLIC in to or PUBLIC in cc


def bold_line(title: str) -> str:
    """A title as the first line of a text."""
    return f"**{clean_line(title).replace('*', '∗')}**"
