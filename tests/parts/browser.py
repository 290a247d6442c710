"""A real Chromium, and what every page has to be in it."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect

CHROMIUM: Final = Path("/usr/bin/chromium")
NPM_HOME: Final = Path(__file__).parents[1] / "console"
ARTEFACTS: Final = Path(__file__).parents[2] / "artefacts" / "console"
HEAVIEST_BYTES: Final = 100_000
PATIENCE_MS: Final = 60_000
expect.set_options(timeout=PATIENCE_MS)
_PROOF: Final = re.compile(r'name="proof" value="([^"]+)"')
# Headless, and silent about everything but what a page asks for.
_ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing(reason: str) -> None:
    """Skip, loudly; where everything has to run, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing("no Chromium: apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
    yield browser
    browser.close()


def axe_source() -> str:
    """The examiner of accessibility, installed by what package-lock.json says."""
    script = NPM_HOME / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        if shutil.which("npm") is None:
            missing("no npm: apt-get install npm")
        command = ["npm", "ci", "--silent", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=NPM_HOME, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            missing(f"npm ci failed in tests/console: {done.stderr}")
    return script.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How somebody looks at the console."""

    language: str = "ko"
    theme: str = "light"
    width: int = 1280
    height: int = 900
    script: bool = True

    def __str__(self) -> str:
        plain = "" if self.script else "-plain"
        return f"{self.language}-{self.theme}-{self.width}{plain}"


@dataclass
class Screen:
    """A window of its own, which notes everything that must not happen."""

    page: Page
    url: str
    axe: str
    look: Look
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_request)

    def _note_message(self, message: Any) -> None:
        # A page that says no is loaded with an error status, which the console reports as such.
        expected = message.text.startswith("Failed to load resource: the server responded")
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc:
            self.foreign.append(request.url)

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def sign_in(self, key: str, to: str = "/console") -> Page:
        """Signed in, and there; the form is filled in without being looked at."""
        requests = self.page.context.request
        door = self.url + "/console/sign-in"
        proof = _PROOF.search(requests.get(door).text())
        assert proof is not None
        requests.post(door, form={"proof": proof[1], "key": key}, max_redirects=0)
        return self.open(to)

    def keep(self, name: str) -> None:
        """A picture, for people and for the documentation."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}-{self.look}.png", full_page=True)

    def faults(self) -> list[str]:
        """What axe finds on the page as it is now."""
        self.page.evaluate(self.axe)
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{each['id']}: {each['help']}: {json.dumps([n['html'][:200] for n in each['nodes']])}"
            for each in found
        ]

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def require_fine(self, name: str) -> None:
        """Nothing is wrong with the page as it is, nor with anything since the window opened."""
        wrong = [*self.complaints, *self.foreign]
        if self.look.script:
            wrong += self.faults()
        if self.overflows():
            wrong.append("it is wider than the window")
        if wrong:
            raise AssertionError("\n".join((name, *wrong)))


@contextmanager
def screen(browser: Browser, url: str, axe: str, look: Look) -> Iterator[Screen]:
    context: BrowserContext = browser.new_context(
        locale={"ko": "ko-KR", "en": "en-US"}[look.language],
        color_scheme="dark" if look.theme == "dark" else "light",
        viewport={"width": look.width, "height": look.height},
        java_script_enabled=look.script,
        reduced_motion="reduce",
    )
    yield Screen(page=context.new_page(), url=url, axe=axe, look=look)
    context.close()
