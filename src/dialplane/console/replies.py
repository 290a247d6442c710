"""How the console answers: with a page, or with the address of another one."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import urlencode

import falcon

from dialplane.console import preferences
from dialplane.console.rendering import rendered
from dialplane.domain.frozen import dataclass

# No script and no style but our files, nothing of other hosts, and no frame around us.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its template and what stands in it."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another page is the answer; `done` names what has just been done, to be said there."""

    to: str
    done: str | None = None

    @property
    def location(self) -> str:
        if self.done is None:
            return self.to
        path, hash_, place = self.to.partition("#")
        return f"{path}{'&' if '?' in path else '?'}{urlencode({'done': self.done})}{hash_}{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file to be kept."""

    name: str
    media_type: str
    content: bytes


Reply = Shown | Elsewhere | Download


def show_instead(req: falcon.Request, resp: falcon.Response, shown: Shown) -> None:
    """A page that takes the place of the one that could not be shown, whatever was to change."""
    if req.get_header("HX-Request"):
        resp.set_headers({"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"})
    show(req, resp, shown)


def show(req: falcon.Request, resp: falcon.Response, shown: Shown) -> None:
    language = preferences.language_wanted(req)
    facts = {
        "theme": preferences.theme_wanted(req),
        "here": req.relative_uri,
        "path": req.path,
        **shown.facts,
    }
    resp.data = None  # of an answer that this page takes the place of
    resp.status = shown.status
    resp.content_type = falcon.MEDIA_HTML
    resp.set_headers(HEADERS)
    resp.set_header("Content-Language", language)
    resp.text = rendered(shown.template, language, facts)


def turn_to(req: falcon.Request, resp: falcon.Response, elsewhere: Elsewhere) -> None:
    resp.set_headers(HEADERS)
    if req.get_header("HX-Request"):
        resp.set_header("HX-Redirect", elsewhere.location)
        return
    resp.status = 303
    resp.set_header("Location", elsewhere.location)


def hand_over(resp: falcon.Response, download: Download) -> None:
    resp.set_headers(HEADERS)
    resp.content_type = download.media_type
    resp.downloadable_as = download.name
    resp.data = download.content
