"""The pictures of the console that the documentation shows: which there are, and their taking."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parts.browser import ARTEFACTS, Look
from parts.hanbit import BROUGHT, MAIN, Hanbit, Opens

TAKEN: Final = ARTEFACTS.parent / "pictures"
LANGUAGES: Final = ("en", "ko")
HEAVIEST_BYTES: Final = 60_000
_QUALITY: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page, from the top edge of an element downwards."""

    address: str
    top: str = "body"
    height: int = 900


PICTURES: Final = {
    "numbers": View(address="/console/numbers", height=640),
    "number": View(address="/console/numbers/{bought}", height=720),
    "route-map": View(
        address="/console/route-map?called=07000001001&caller=01012345678", height=1040
    ),
    "buying": View(address="/console/buy/07000001002", height=760),
    "calls": View(address="/console/calls"),
    "trunk-health": View(
        address="/console/numbers/{brought}/sip?span=week", top="section:has(#health)", height=560
    ),
}


def names() -> set[str]:
    """The file of each picture in each language."""
    return {f"{name}-{language}.webp" for name in PICTURES for language in LANGUAGES}


def take(hanbit: Hanbit, opens: Opens, *, name: str, language: str) -> Path:
    """Kept as WebP, which Chromium makes itself."""
    view = PICTURES[name]
    bought, brought = (hanbit.number(digits)["id"] for digits in (MAIN, BROUGHT))
    screen = opens(Look(language=language, height=view.height))
    page = screen.sign_in(hanbit.tokens.live, view.address.format(bought=bought, brought=brought))
    page.locator(view.top).evaluate("each => each.scrollIntoView()")
    camera = page.context.new_cdp_session(page)
    shot = camera.send("Page.captureScreenshot", {"format": "webp", "quality": _QUALITY})
    TAKEN.mkdir(parents=True, exist_ok=True)
    file = TAKEN / f"{name}-{language}.webp"
    file.write_bytes(base64.b64decode(shot["data"]))
    return file
