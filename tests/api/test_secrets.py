"""Secrets are planted, everything is done with them that can be, and then they are looked for."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog

from builders import ACME, NUMBER_SHEET, NUMBERS, REGISTER, a_key, a_number, an_agent, path_of
from dialplane.api.keys import NewKeyBody
from dialplane.api.number_bodies import RegistrationBody, SipChangeBody
from dialplane.domain.callers import Arrival
from dialplane.main import set_up_logging
from dialplane.operations.key_ring import census
from dialplane.settings import read_settings
from dialplane.store import numbers
from dialplane.store.database import Database
from parts import contract
from parts.client import Client, Send, Sent
from parts.contract import Answer
from parts.server import given_two_organizations, serving
from parts.stepping_in import SteppingIn, failing, go_on
from parts.world import ACME_TOKEN, World

PASSWORD = "swordfish-Ω-47!"
NEW_PASSWORD = "marmalade-Ω-11!"
TRUNK = {"number": "07088887777", "address": "sip:trunk.example.com", "auth_username": "acme"}


def spellings(secret: str) -> Iterator[bytes]:
    """A secret as it is, and as it would look escaped, in a URL, in base64, in hexadecimal."""
    raw = secret.encode()
    yield raw
    yield secret.encode("unicode_escape")
    yield quote(secret).encode()
    # Without its end, which depends on what follows; what comes before is found at any offset.
    for padding in range(3):
        coded = base64.b64encode(b"\0" * padding + raw)
        yield coded[4:-4] if padding else coded[:-4]
    yield raw.hex().encode()


def leaks(places: dict[str, bytes], secrets: list[str]) -> list[str]:
    return [
        f"{secret} as {spelling!r} in {place}"
        for secret in secrets
        for spelling in set(spellings(secret))
        for place, content in places.items()
        if spelling in content
    ]


class Overhearing:
    """Whatever is answered, headers included; what may show a secret once is kept apart."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.heard: dict[str, bytes] = {}
        self.shown: list[str] = []

    def __call__(self, sent: Sent) -> Answer:
        answer = self._send(sent)
        told = repr(sorted(answer.headers.items())).encode() + answer.body
        for name in ("token", "secret"):
            if (
                sent.method == "POST"
                and answer.status == 200
                and b'"%s":' % name.encode() in answer.body
            ):
                self.shown.append(answer.json[name])
                told = told.replace(self.shown[-1].encode(), b"shown this once")
        self.heard[f"answer {len(self.heard)} to {sent.method} {sent.path}"] = told
        return answer


def rows_of(database: Database, engine: str) -> dict[str, bytes]:
    """Every row of every table."""
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    }
    found = {}
    with database.reading() as db:
        for table in [row["name"] for row in db.all(listing[engine])]:  # type: ignore[arg-type]
            rows = db.all(f"SELECT * FROM {table}")  # type: ignore[arg-type]  # noqa: S608
            found[f"table {table}"] = repr([dict(row) for row in rows]).encode()
    assert len(found) > 5
    return found


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file the program wrote but the one that holds its key."""
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "secret.key"
    }


def plant(client: Client) -> None:
    """Let secrets pass through every door there is for them, well and badly."""
    login = {"auth_password": PASSWORD}
    once = client.sending(idempotency_key="plant")
    registered = once.post(REGISTER, TRUNK | login)
    assert once.post(REGISTER, TRUNK | login).body == registered.body
    sip = path_of(registered.json["id"], "/sip")
    client.patch(sip, {"auth_username": "acme-2", "auth_password": NEW_PASSWORD})
    for wrong in (
        login | {"auth_username": "acme-3", "colour": "red"},
        login | {"address": 7},
        {"auth_password": PASSWORD * 40},
        {"auth_password": [PASSWORD]},
        {"auth_password": {"x": PASSWORD}},
        b'{"auth_password": "' + PASSWORD.encode() + b'", }',
    ):
        assert client.patch(sip, wrong).status == 400
    assert client.post(REGISTER, TRUNK | login).status == 409
    assert client.patch(path_of("nonsense", "/sip"), login).status == 400
    key = once.sending(idempotency_key="key").post("/x/v1/keys", {"name": "spare"})
    once.sending(idempotency_key="key").post("/x/v1/keys", {"name": "spare"})
    client.post(f"/x/v1/keys/{key.json['id']}/rotate")
    client.post("/x/v1/keys", {"name": "sandbox", "mode": "test"})
    client.post("/x/v1/webhooks", {"url": "https://hooks.example.com/calls"})
    sheet = f"number,auth_password\n{TRUNK['number']},{PASSWORD}\n"
    assert client.post(NUMBER_SHEET, sheet.encode()).status == 200
    assert client.delete(path_of(registered.json["id"])).status == 200


def read_everything(client: Client) -> None:
    for operation in contract.operations():
        if operation.method == "get":
            client.get(operation.example_path)
    for status in ("active", "expired"):
        client.get(NUMBERS, status=status)


@pytest.fixture(params=["json", "console"])
def log_format(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Logs as they are set up for machines and for people, with everything in them."""
    configure = structlog.configure

    def without_cache(**how: Any) -> None:
        configure(**how | {"cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", without_cache)
    yield str(request.param)
    structlog.reset_defaults()


@pytest.mark.filterwarnings("ignore:Remove `format_exc_info`")
def test_secrets_are_nowhere_to_be_found(
    swept_database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    engine: str,
    log_format: str,
) -> None:
    environment = {"DIALPLANE_LOG_FORMAT": log_format, "DIALPLANE_LOG_LEVEL": "debug"}
    set_up_logging(read_settings(environment))
    stepping_in = SteppingIn(swept_database)
    world = World(stepping_in, environment | {"DIALPLANE_DATA_DIR": str(tmp_path)})  # type: ignore[arg-type]
    overhearing = Overhearing(world.acme.send)
    client = world.acme.through(overhearing)

    plant(client)
    broken = client.sending(idempotency_key="broken")
    stepping_in.before_writes_of("MainThread", go_on, failing(RuntimeError("broken")))
    assert broken.post(REGISTER, TRUNK | {"auth_password": PASSWORD}).status == 500
    stepping_in.before_writes_of("MainThread", failing(RuntimeError("broken")))
    assert client.post(REGISTER, TRUNK | {"auth_password": PASSWORD}).status == 500
    read_everything(client)
    world.close()

    logs = capsys.readouterr()
    places = overhearing.heard | {"logs": (logs.err + logs.out).encode()}
    places |= rows_of(swept_database, engine) | files_in(tmp_path)
    assert "broken" in logs.err
    assert len(overhearing.shown) >= 5
    assert leaks(places, [PASSWORD, NEW_PASSWORD, ACME_TOKEN, *overhearing.shown]) == []
    # Wherever something sealed stands, a change of the key must know it: in JSON, too.
    key = f"{world.parts.box.sealing_id}.".encode()
    sealed = sum(rows.count(key) for rows in rows_of(swept_database, engine).values())
    assert sealed == census(swept_database).total > 0


def test_the_real_server_writes_none_of_them_down(home: Any, engine: str) -> None:
    database: Database = home.open()
    given_two_organizations(database)
    with serving(home, DIALPLANE_LOG_LEVEL="debug") as server, server.client() as plain:
        overhearing = Overhearing(plain.send)
        client = plain.through(overhearing)
        plant(client)
        read_everything(client)
        server.running.stop()
        logs = {"stderr": server.running.err.encode()}

    places = overhearing.heard | logs | rows_of(database, engine) | files_in(home.data_dir)
    database.close()
    assert b'"event":"request"' in logs["stderr"]
    assert any("sqlite3" in place for place in places) == (engine == "sqlite")
    assert leaks(places, [PASSWORD, NEW_PASSWORD, ACME_TOKEN, *overhearing.shown]) == []


def test_the_search_finds_what_is_planted() -> None:
    for spelling in spellings(PASSWORD):
        assert leaks({"here": b"..." + spelling + b"..."}, [PASSWORD])
    for offset in range(3):
        coded = base64.b64encode(b"x" * offset + PASSWORD.encode() + b"yz")
        assert leaks({"here": coded}, [PASSWORD])


def test_nothing_that_is_printed_prints_a_secret(world: World, acme: Client) -> None:
    registered = acme.post(REGISTER, TRUNK | {"auth_password": PASSWORD}).json
    with world.database.reading() as db:
        stored = numbers.get(db, ACME, registered["id"])
    assert stored.sip.sealed_password is not None
    login = {"auth_username": "acme", "auth_password": PASSWORD}
    registration = RegistrationBody(**TRUNK, auth_password=PASSWORD)
    change = SipChangeBody(**login)
    box = world.parts.box

    printed = [
        stored,
        registration,
        change,
        registration.to_registration(box),
        change.to_change(box),
        box,
        a_key(),
        a_number(),
        an_agent(),
        NewKeyBody(name="x"),
        world.parts.callers.identify(acme.authorization, Arrival(world.clock())),
    ]

    for thing in printed:
        assert leaks({"repr": repr(thing).encode()}, [PASSWORD, ACME_TOKEN]) == []
        assert stored.sip.sealed_password not in repr(thing)
