"""`dialplane greeter`, and the greeter beside something else."""

import socket
import sys

import pytest

from builders import ACME, EVERY_SCOPE, KEY, NOW, an_organization
from dialplane.cli.greeter import beside, register
from dialplane.domain.callers import Caller, Mode
from dialplane.domain.values import LIVE
from dialplane.operations.numbers import NumberPolicy
from dialplane.store import organizations, runtimes
from dialplane.store.database import Database
from parts.terminal import Terminal

ON_ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])
HERE = "127.0.0.1"


@ON_ONE_ENGINE
@pytest.mark.parametrize("address", ["0.0.0.0", "::1", "here"])  # noqa: S104
def test_an_address_callers_could_not_speak_to_is_refused(terminal: Terminal, address: str) -> None:
    assert terminal.type("greeter", "--address", address).code == 2


@ON_ONE_ENGINE
def test_without_its_library_it_says_how_to_get_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "dialplane.greeter.process", raising=False)
    monkeypatch.setitem(sys.modules, "sippy.UA", None)

    told = terminal.type("greeter")

    assert told.code == 1
    assert "dialplane[dialer]" in told.err
    with beside() as uri:
        assert uri is None


def test_where_somebody_else_listens_there_is_none_beside() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((HERE, 0))

        with beside(port=taken.getsockname()[1]) as uri:
            assert uri is None


def test_it_can_be_made_the_runtime_of_an_organization(swept_database: Database) -> None:
    caller = Caller(
        key_id=KEY, organization_id=ACME, realm=LIVE, mode=Mode.LIVE, scopes=EVERY_SCOPE, now=NOW
    )
    policy = NumberPolicy(allow_private_sip=True)

    with swept_database.writing() as db:
        organizations.add(db, an_organization())
        made = register(db, caller, f"sip:{HERE}:5080", policy=policy)

    with swept_database.reading() as db:
        assert runtimes.find_default_id(db, ACME) == made.id
    assert [each.address for each in made.targets] == [f"sip:{HERE}:5080"]
