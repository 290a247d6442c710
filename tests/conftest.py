"""What every test may ask for: a database on each engine, and a world to talk to."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.opening import SQLITE_FILE, open_database
from parts.client import Client
from parts.demo import Demo, demo_in
from parts.postgres import (
    FicklePostgres,
    NoPostgresError,
    PostgresServer,
    fickle_postgres,
    running_postgres,
)
from parts.server import Server, given_two_organizations, serving
from parts.sweeping import sweep
from parts.world import World

pytest_plugins = ["parts.promises"]

# How long an example takes, or takes to be made up, is the machine's business.
hypothesis.settings.register_profile(
    "dialplane",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,  # a world is swept between examples
    ],
)
hypothesis.settings.load_profile("dialplane")

EARLIEST = 1_700_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where one program keeps its things: what an operator would set."""

    url: str
    data_dir: Path

    def open(self) -> Database:
        """The caller closes it."""
        return open_database(self.url, self.data_dir)

    @property
    def environment(self) -> dict[str, str]:
        """For programs started by a test."""
        return {
            "DIALPLANE_DATABASE_URL": self.url,
            "DIALPLANE_DATA_DIR": str(self.data_dir),
        }


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Whatever asks for a database runs once on each; `-k sqlite` picks one."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with _postgres_or_none(), running_postgres() as server:
        yield server


@pytest.fixture
def fickle() -> Iterator[FicklePostgres]:
    """A PostgreSQL of this test alone, which can go and come back."""
    with _postgres_or_none(), fickle_postgres() as postgres:
        yield postgres


@contextmanager
def _postgres_or_none() -> Iterator[None]:
    try:
        yield
    except NoPostgresError as missing:
        reason = f"PostgreSQL: {missing}; install it or set DIALPLANE_TEST_POSTGRES_URL"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def empty_home(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Home]:
    """A database nobody has migrated yet."""
    data_dir = tmp_path / "data"
    if engine == "sqlite":
        yield Home(url="", data_dir=data_dir)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    yield Home(url=url, data_dir=data_dir)
    server.drop(url)


@pytest.fixture
def home(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Home]:
    """A migrated database, for tests that open it themselves or start a program on it."""
    data_dir = tmp_path / "data"
    if engine == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        data_dir.mkdir()
        shutil.copy(template, data_dir / SQLITE_FILE)
        yield Home(url="", data_dir=data_dir)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.copy(request.getfixturevalue("_postgres_template"))
    yield Home(url=url, data_dir=data_dir)
    server.drop(url)


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    """A migrated, empty database, opened."""
    opened = home.open()
    yield opened
    opened.close()


@pytest.fixture
def swept_database(engine: str, request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database that all tests of this process use, one after the other.

    For the many tests that neither close it nor start a program on it: on PostgreSQL it is ready
    in a fraction of the time `database` takes.
    """
    opened: Database = request.getfixturevalue(f"_kept_{engine}")
    opened.catch_up()  # what the test before has noted is swept as well
    sweep(opened)
    return opened


@pytest.fixture
def world(swept_database: Database, tmp_path: Path) -> Iterator[World]:
    """Acme and Globex with a key each, and one application in this process."""
    environment = {
        "DIALPLANE_DATA_DIR": str(tmp_path / "data"),
        "DIALPLANE_TRUSTED_PROXIES": "127.0.0.1",  # clients say where they come from
    }
    opened = World(swept_database, environment)
    yield opened
    opened.close()


@pytest.fixture
def acme(world: World) -> Client:
    """The caller, whose key may do everything."""
    return world.acme


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real program on SQLite, with Acme and Globex; the tests of one module share it."""
    home = Home(url="", data_dir=tmp_path_factory.mktemp("server"))
    _migrate(home, given_two_organizations)
    with serving(home) as serves:
        yield serves


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with its sample data; the tests of one module share it."""
    with demo_in(tmp_path_factory.mktemp("demo")) as serves:
        yield serves


@pytest.fixture(scope="session")
def _kept_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home = Home(url="", data_dir=tmp_path_factory.mktemp("kept"))
    _migrate(home)
    opened = home.open()
    # Nothing here has to survive a crash, and waiting for the disk took half of the time.
    opened._engine._transactions.levels = ("OFF", "OFF")  # type: ignore[attr-defined]  # noqa: SLF001
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def _kept_postgres(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    url = postgres_server.create()
    home = Home(url=url, data_dir=tmp_path_factory.mktemp("kept"))
    _migrate(home)
    opened = home.open()
    yield opened
    opened.close()
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("template")
    _migrate(Home(url="", data_dir=data_dir))
    return data_dir / SQLITE_FILE


@pytest.fixture(scope="session")
def _postgres_template(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    url = postgres_server.create()
    _migrate(Home(url=url, data_dir=tmp_path_factory.mktemp("template")))
    yield url
    postgres_server.drop(url)


def _migrate(home: Home, *prepare: Callable[[Database], None]) -> None:
    opened = home.open()
    migrate(opened, now=EARLIEST)
    for step in prepare:
        step(opened)
    opened.close()
