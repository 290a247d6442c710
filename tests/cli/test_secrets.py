"""`dialplane secrets`: the keys that seal are changed while the server goes on."""

import re
import signal
import threading
from importlib.resources import files
from typing import Any

import pytest

from builders import ACME, REGISTER, an_id
from conftest import Home
from dialplane.store.database import Database
from dialplane.store.sealed import BATCH, PLACES
from dialplane.store.secret_box import FOR_SIP, KEY_FILE, SecretBox, new_key
from parts.program import run, started
from parts.server import given_two_organizations, serving
from parts.terminal import Terminal

OLD = "A" * 43 + "="
NEW = "B" * 43 + "="
RING = {"DIALPLANE_SECRET_KEY": f"{NEW},{OLD}"}
OLD_ID, NEW_ID = SecretBox(OLD).sealing_id, SecretBox(NEW).sealing_id


def given_sealed(home: Home, count: int, ring: str = OLD) -> None:
    """So many trunks with a password of their own."""
    box = SecretBox(ring)
    database = home.open()
    given_two_organizations(database)
    with database.writing() as db:
        for n in range(count):
            db.run(
                """
                INSERT INTO telephone_numbers
                       (id, organization_id, realm, number, canonical, provider, status,
                        sealed_password, start_at, created_at, updated_at, revision)
                VALUES (:id, :acme, 'live', :number, :number, 'custom', 'active',
                        :sealed, 1, 1, 1, 1)
                """,
                id=an_id(n),
                acme=ACME,
                number=f"0704{n:07}",
                sealed=box.seal(f"password {n}", FOR_SIP),
            )
    database.close()


def passwords(home: Home, ring: str) -> list[str]:
    box = SecretBox(ring)
    database = home.open()
    with database.reading() as db:
        rows = db.all("SELECT sealed_password FROM telephone_numbers ORDER BY number")
    database.close()
    return [box.open(row["sealed_password"], FOR_SIP) for row in rows]


def test_every_sealed_column_is_known() -> None:
    schema = (files("dialplane.store") / "schema.sql").read_text()
    columns = {
        f"{table}.{column}"
        for table, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", schema, re.DOTALL)
        for column in re.findall(r"^ +(sealed_\w+) ", body, re.MULTILINE)
    }

    assert columns == {place.name for place in PLACES}


def test_everything_is_sealed_under_the_first_key(home: Home, terminal: Terminal) -> None:
    given_sealed(home, BATCH * 2 + 7)

    plan = run("secrets", "rotate", "--dry-run", "--json", env=home.environment | RING).json
    done = run("secrets", "rotate", "--json", env=home.environment | RING).json
    again = run("secrets", "rotate", "--json", env=home.environment | RING).json

    assert (plan["to_do"], plan["left"]) == (BATCH * 2 + 7, BATCH * 2 + 7)
    assert (done["to_do"], done["left"]) == (BATCH * 2 + 7, 0)
    assert again["to_do"] == 0
    assert passwords(home, NEW) == [f"password {n}" for n in range(BATCH * 2 + 7)]
    del terminal


@pytest.mark.parametrize("engine", ["sqlite"])
def test_killed_it_goes_on_where_it_was(home: Home) -> None:
    count = BATCH * 100
    given_sealed(home, count)
    environment = home.environment | RING

    with started("secrets", "rotate", env=environment) as running:
        database = home.open()
        while _first_is_under_old(database):
            assert running.process.poll() is None
        running.stop(signal.SIGKILL)
        database.close()
    resumed = run("secrets", "rotate", "--json", env=environment).json

    assert 0 < resumed["to_do"] < count
    assert resumed["left"] == 0
    assert passwords(home, NEW) == [f"password {n}" for n in range(count)]


def _first_is_under_old(database: Database) -> bool:
    with database.reading() as db:
        (row,) = db.all("SELECT sealed_password FROM telephone_numbers ORDER BY id LIMIT 1")
    return bool(row["sealed_password"].startswith(OLD_ID))


def test_the_server_goes_on_meanwhile_and_signs_as_before(home: Home) -> None:
    given_sealed(home, 0)
    environment = home.environment
    with serving(home, DIALPLANE_SECRET_KEY=OLD) as server, server.client() as acme:
        signed_with = acme.get("/x/v1/call-webhook-key").json["key"]
        made = acme.post(REGISTER, _number(0)).status
    with serving(home, **RING) as server, server.client() as acme:
        statuses: list[int] = [made]
        rotating = threading.Thread(target=lambda: run("secrets", "rotate", env=environment | RING))
        rotating.start()
        statuses += [acme.post(REGISTER, _number(n)).status for n in range(1, 30)]
        rotating.join()
    with serving(home, DIALPLANE_SECRET_KEY=NEW) as server, server.client() as acme:
        signed_after = acme.get("/x/v1/call-webhook-key").json["key"]

    assert statuses == [200] * 30
    assert signed_after == signed_with
    assert passwords(home, NEW) == ["a password of somebody"] * 30


def _number(n: int) -> dict[str, Any]:
    return {
        "number": f"0705{n:07}",
        "address": "sip:t.example.com",
        "auth_username": "a",
        "auth_password": "a password of somebody",
    }


def test_a_key_in_use_is_not_dropped(home: Home, terminal: Terminal) -> None:
    given_sealed(home, 3)
    said = terminal.type("secrets", "drop-key", OLD_ID, "--json", **RING)
    seals = terminal.type("secrets", "drop-key", NEW_ID, "--json", **RING)
    warned = _check(terminal, "sealed secrets", **RING)
    terminal.type("secrets", "rotate", **RING)
    then = terminal.type("secrets", "drop-key", OLD_ID, "--json", **RING)

    assert (said.code, said.json["error"]["code"]) == (1, "KEY_IN_USE")
    assert (seals.code, seals.json["error"]["code"]) == (1, "KEY_IN_USE")
    assert (warned["verdict"], warned["found"]) == ("warn", "3 of 4 under an old key")
    assert (then.code, then.json["keys"]) == (0, [NEW_ID])
    assert _check(terminal, "sealed secrets", **RING)["verdict"] == "pass"


def test_a_key_that_is_missed_is_a_failure(home: Home, terminal: Terminal) -> None:
    given_sealed(home, 3)

    found = _check(terminal, "sealed secrets", DIALPLANE_SECRET_KEY=NEW)

    assert (found["verdict"], found["found"]) == ("fail", "3 under a key that is not in the ring")


def test_without_its_old_key_the_server_does_not_start_before_the_end(home: Home) -> None:
    given_sealed(home, 1)
    with serving(home, DIALPLANE_SECRET_KEY=OLD):
        pass

    said = run("serve", "--port", "0", env=home.environment | {"DIALPLANE_SECRET_KEY": NEW})

    assert said.code == 1
    assert "not the one this database was set up with" in said.err


def _check(terminal: Terminal, name: str, **variables: str) -> dict[str, Any]:
    checks = terminal.type("doctor", "--json", "--port", "0", **variables).json["checks"]
    return next(each for each in checks if each["check"] == name)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_ring_in_the_file_is_changed_there(home: Home, terminal: Terminal) -> None:
    terminal.type("secrets", "status")
    file = home.data_dir / KEY_FILE
    (old,) = terminal.json("secrets", "status")["keys"]

    new, behind = terminal.json("secrets", "add-key")["keys"]
    terminal.json("secrets", "rotate")
    left = terminal.json("secrets", "drop-key", old["id"])["keys"]

    assert behind == old["id"]
    assert left == [new]
    assert SecretBox(file.read_text()).key_ids == [new]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_leaked_key_can_be_replaced_for_signatures_too(home: Home) -> None:
    given_sealed(home, 0)
    with serving(home, DIALPLANE_SECRET_KEY=OLD) as server, server.client() as acme:
        before = acme.get("/x/v1/call-webhook-key").json["key"]
    run("secrets", "rotate", "--new-signing-key", env=home.environment | RING)
    with serving(home, DIALPLANE_SECRET_KEY=NEW) as server, server.client() as acme:
        after = acme.get("/x/v1/call-webhook-key").json["key"]

    assert before != after


def test_keys_are_never_shown(home: Home, terminal: Terminal) -> None:
    given_sealed(home, 2)
    ring = new_key() + "," + OLD
    said = [
        terminal.type("secrets", *words, DIALPLANE_SECRET_KEY=ring)
        for words in (("status",), ("rotate", "--json"), ("status", "--json"))
    ]

    assert not [each for each in said for key in ring.split(",") if key[:20] in each.out + each.err]
