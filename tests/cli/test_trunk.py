"""`dialplane trunk`: an operator asks the peer behind a number."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders import TRUNK, a_number, an_organization
from dialplane.main import secret_box_of
from dialplane.settings import read_settings
from dialplane.store import numbers, organizations
from dialplane.store.secret_box import FOR_SIP
from parts.sip_impostors import HOST, datagrams, saying
from parts.sip_peers import free_port
from parts.terminal import Terminal

ALLOWED = {"DIALPLANE_ALLOW_PRIVATE_SIP": "1"}
PASSWORD = "correct horse battery staple"
ASKING = saying("SIP/2.0 401 Who", 'WWW-Authenticate: Digest realm="carrier", nonce="n"')


def test_each_step_of_an_address_is_told(terminal: Terminal) -> None:
    with datagrams(saying("SIP/2.0 200 OK")) as port:
        told = terminal.type("trunk", "check", f"{HOST}:{port}", **ALLOWED)

    assert told.code == 0
    assert [line.split()[:2] for line in told.out.splitlines()[:3]] == [
        ["pass", "address"],
        ["pass", "dns"],
        ["pass", "transport"],
    ]


def test_a_failure_says_what_to_do_and_fails(terminal: Terminal) -> None:
    dead = f"{HOST}:{free_port()}"

    told = terminal.type("trunk", "check", dead, **ALLOWED)

    assert told.code == 1
    assert "nobody listens on this port" in told.out
    assert "5060 is usual" in told.out


def test_a_trunk_is_asked_with_the_login_stored_for_it(home: Any) -> None:
    environment = {**home.environment, **ALLOWED}
    box = secret_box_of(read_settings(environment))
    with datagrams(ASKING) as port:
        sip = replace(
            TRUNK,
            address=f"{HOST}:{port}",
            address_uri=f"sip:{HOST}:{port}",
            auth_username="hanbit",
            sealed_password=box.seal(PASSWORD, FOR_SIP),
        )
        database = home.open()
        with database.writing() as db:
            organizations.add(db, an_organization())
            numbers.add(db, a_number(sip=sip))
        database.close()

        told = Terminal(environment).type("trunk", "check", str(TRUNK.outbound_trunk_id), "--json")

    assert told.code == 1
    assert '"code": "login_refused"' in told.out
    assert PASSWORD not in told.out + told.err


def test_a_login_comes_from_a_file(terminal: Terminal, tmp_path: Path) -> None:
    heard: list[bytes] = []
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")

    def carrier(request: bytes) -> bytes:
        heard.append(request)
        return (saying("SIP/2.0 200 OK") if b"username=" in request else ASKING)(request)

    with datagrams(carrier) as port:
        login = ("--login", "hanbit", str(file))
        told = terminal.type("trunk", "check", f"{HOST}:{port}", *login, **ALLOWED)

    assert told.code == 0
    assert b'username="hanbit"' in heard[-1]


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("trunk", "code", "words"),
    [
        ("ST_000000000000", 1, "no such resource"),
        ("not an address", 2, "characters"),
        (HOST, 1, "DIALPLANE_ALLOW_PRIVATE_SIP"),
    ],
)
def test_what_cannot_be_asked_is_told(
    terminal: Terminal, trunk: str, code: int, words: str
) -> None:
    told = terminal.type("trunk", "check", trunk)

    assert told.code == code
    assert words in told.out + told.err
