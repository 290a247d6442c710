"""What a visitor prefers, kept in cookies of theirs: the language and the colours."""

from typing import Final

import falcon

from dialplane.console.parts import HOME
from dialplane.domain.languages import Language, language_of

LANGUAGE_COOKIE: Final = "dialplane_console_language"
THEME_COOKIE: Final = "dialplane_console_theme"
THEMES: Final = ("auto", "light", "dark")
_YEAR_S: Final = 365 * 24 * 60 * 60


def language_wanted(req: falcon.Request) -> Language:
    chosen = req.cookies.get(LANGUAGE_COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    return language_of(req.get_header("Accept-Language"))


def theme_wanted(req: falcon.Request) -> str:
    chosen = req.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def own_address(text: str) -> str:
    """An address within the console; whatever leads out of it becomes the first page."""
    within = text == HOME or text.startswith((f"{HOME}/", f"{HOME}?"))
    plain = text.isascii() and text.isprintable() and "\\" not in text
    return text if within and plain else HOME


class Preference:
    """A switch: it only changes how pages look, so following a link is enough."""

    def __init__(self, cookie: str, values: frozenset[str]) -> None:
        self._cookie = cookie
        self._values = values

    def on_get(self, req: falcon.Request, resp: falcon.Response, value: str) -> None:
        if value not in self._values:
            raise falcon.HTTPRouteNotFound
        resp.set_cookie(
            self._cookie,
            value,
            path=HOME,
            max_age=_YEAR_S,
            secure=req.forwarded_scheme == "https",
            http_only=True,
            same_site="Lax",
        )
        resp.status = 303
        resp.set_header("Cache-Control", "no-store")
        resp.set_header("Location", own_address(req.get_param("to", default=HOME)))


def language_switch() -> Preference:
    return Preference(LANGUAGE_COOKIE, frozenset(Language))


def theme_switch() -> Preference:
    return Preference(THEME_COOKIE, frozenset(THEMES))
