"""One server with the sample organization and one browser for the tests of a module."""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from dialplane.console.mounting import mount
from dialplane.main import console_parts_of
from parts.browser import Look, Screen, axe_source, chromium, screen
from parts.hanbit import Hanbit, Home, Opens, given_the_sample
from parts.server import serving
from parts.visitor import browsing
from parts.world import World


@pytest.fixture(scope="module")
def hanbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hanbit]:
    home = Home(data_dir=tmp_path_factory.mktemp("console"))
    tokens = given_the_sample(home)
    with serving(home) as server, server.client(tokens.live) as client:
        yield Hanbit(server=server, client=client, tokens=tokens)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as launched:
        yield launched


@pytest.fixture(scope="session")
def axe() -> str:
    return axe_source()


@pytest.fixture
def opens(hanbit: Hanbit, browser: Browser, axe: str) -> Iterator[Opens]:
    """Opens windows on the console; they are closed after the test."""
    with ExitStack() as windows:
        yield lambda look: windows.enter_context(screen(browser, hanbit.url, axe, look))


@pytest.fixture(params=["ko", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def window(opens: Opens, language: str) -> Screen:
    """A window in each of the languages."""
    return opens(Look(language=language))


@pytest.fixture
def visitor(world: World) -> Iterator[httpx.Client]:
    """Somebody with a browser that runs no scripts."""
    mount(world.app, console_parts_of(world.parts, world.app))
    with browsing(world) as client:
        yield client
