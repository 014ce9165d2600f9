"""Table of contents: every page and every form, one line each, by noun.

`GET` rows show, `POST` rows do; all of them are behind the guard against forged forms (`web/csrf.py`). `{…:int}` takes what fits an id.
"""

from starlette.routing import Route

from folkmoot.web import site
from folkmoot.web.csrf import guard

ROUTES: list[Route] = guard(
    [
        # accounts: log in, register, settings
        # admin
        # comments
        # communities
        # listings: front page, community, profile
        # messages and notices
        # moderation: reports, bans, modlog
        # posts
        # search
        # the site itself
        Route("/language", site.show_languages),
        Route("/language", site.choose_language, methods=["POST"]),
        Route("/favicon.ico", site.show_icon),
        Route("/robots.txt", site.show_robots),
    ]
)
