"""`dialplane import vox`: our own server plays the other one, and is only read."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from builders import (
    AGENT,
    EARLIER,
    GLOBEX,
    NUMBER,
    a_bought_number,
    a_number,
    an_agent,
    an_id,
    an_organization,
    path_of,
)
from conftest import Home
from dialplane.domain.numbers import AgentMapping, HeldNumber, Provider, Status
from dialplane.domain.values import AgentId, NumberId, OrganizationId
from dialplane.store import agents, numbers, organizations
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from parts.dumping import dump
from parts.program import PROGRAM, Outcome, environment, run
from parts.server import Server, serving
from parts.world import ACME_TOKEN, World

OURS: Final = OrganizationId(an_id(0xACE))
MAPPED: Final = AgentMapping(agent_id=AGENT, agent_version="production")
BOUGHT: Final = NumberId(an_id(2))
MANY: Final = 30


@contextlib.contextmanager
def served(tmp_path: Path, *things: Any) -> Iterator[Server]:
    """Another server, where Acme has these things."""
    home = Home(url="", data_dir=tmp_path / "there")
    opened = home.open()
    migrate(opened, now=0)
    world = World(opened, {"DIALPLANE_DATA_DIR": str(home.data_dir)})
    world.given(*things)
    world.close()
    opened.close()
    with serving(home) as server:
        yield server


def everything() -> list[Any]:
    """Of each kind one, and a number that is over."""
    expired = {"status": Status.EXPIRED, "end_at": 1, "cancel_requested_at": 1}
    return [
        an_agent(last_version=3, production_version=2),
        a_number(memo="front desk", inbound_agent=MAPPED),
        a_bought_number(id=BOUGHT, number="07022223333", outbound_agent=MAPPED),
        a_number(id=NumberId(an_id(3)), number="0703", **expired),
    ]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For all tests, none of which changes anything there."""
    with served(tmp_path_factory.mktemp("source"), *everything()) as server:
        yield server


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[Server]:
    """The same for one test alone."""
    with served(tmp_path, *everything()) as server:
        yield server


@pytest.fixture
def here(home: Any) -> Home:
    """Our installation, with an organization that has nothing yet."""
    found: Home = home
    with opened(found) as database, database.writing() as db:
        organizations.add(db, an_organization(id=OURS, name="Ours"))
    return found


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Database]:
    database = home.open()
    yield database
    database.close()


def imported(here: Home, there: Server, *options: str) -> Outcome:
    done = run(*command(there, *options), env=here.environment)
    assert done.code == 0, done.out + done.err
    return done


def command(there: Server, *options: str, rate: str = "1000/s") -> list[str]:
    asked = ["--from", there.url, "--key", ACME_TOKEN, "--rate", rate]
    return ["import", "vox", "Ours", *asked, "--json", *options]


def number_here(here: Home, number_id: NumberId = NUMBER) -> HeldNumber:
    with opened(here) as database, database.reading() as db:
        return numbers.get(db, OURS, number_id)


def losses(done: Outcome) -> list[tuple[str, str]]:
    return sorted((each["label"], each["loss"]) for each in done.json["losses"])


def test_agents_come_with_versions_and_numbers_with_mappings(here: Home, there: Server) -> None:
    done = imported(here, there)

    with opened(here) as database, database.reading() as db:
        agent = agents.get(db, OURS, AGENT)
        versions = agents.list_versions(db, OURS, AGENT)
    assert [each.name for each in versions] == ["v3", "v2", "v1"]
    assert (agent.name, agent.production_version) == ("Night desk", 2)
    number = number_here(here)
    assert (number.number, number.memo, number.inbound_agent) == (
        "07011112222",
        "front desk",
        MAPPED,
    )
    assert number.sip.inbound_trunk_id == "ST_4fQ9xT2mKc7L"
    bought = number_here(here, BOUGHT)
    assert (bought.provider, bought.sip.address) == (Provider.CUSTOM, None)
    assert bought.outbound_agent == MAPPED
    assert losses(done) == [
        ("07011112222", "login_not_told"),
        ("07022223333", "stays_with_vendor"),
        ("0703", "expired"),
    ]


def test_run_twice_it_changes_nothing_and_only_reads(here: Home, there: Server) -> None:
    with there.client() as client:
        before_there = client.get("/x/v1/events").json["total_count"]
    imported(here, there)
    with opened(here) as database:
        before = dump(database)["journal"]

    done = imported(here, there)

    with opened(here) as database:
        assert dump(database)["journal"] == before
    with there.client() as client:
        assert client.get("/x/v1/events").json["total_count"] == before_there
    counts = done.json["counts"]
    assert (counts["agent"]["unchanged"], counts["number"]["unchanged"]) == (1, 2)
    assert counts["number"]["copied"] == 0


def test_a_second_run_brings_over_what_has_changed_and_keeps_logins_set_here(
    here: Home, changing: Server
) -> None:
    imported(here, changing)
    number = number_here(here)
    with opened(here) as database, database.writing() as db:
        db.run(
            "UPDATE telephone_numbers SET auth_username = 'u', sealed_password = 's'"
            " WHERE id = :id",
            id=number.id,
        )
    with changing.client() as client:
        client.patch(path_of(), {"memo": "new"})
        client.post(f"/v3/agents/{AGENT}/versions", {"description": "newest"})
        client.post(f"/v3/agents/{AGENT}/versions/v4/publish", {})
        client.delete(path_of(BOUGHT))

    done = imported(here, changing)

    after = number_here(here)
    assert (after.memo, after.sip.auth_username, after.revision > number.revision) == (
        "new",
        "u",
        True,
    )
    with opened(here) as database, database.reading() as db:
        agent = agents.get(db, OURS, AGENT)
    assert (agent.last_version, agent.production_version) == (4, 4)
    assert done.json["counts"]["agent"]["updated"] == 1
    assert ("07011112222", "login_not_told") not in losses(done)


def test_a_dry_run_tells_the_same_and_writes_nothing(here: Home, there: Server) -> None:
    with opened(here) as database:
        before = dump(database)

    dry = imported(here, there, "--dry-run")

    with opened(here) as database:
        assert dump(database) == before
    real = imported(here, there)
    assert dry.json["counts"] == real.json["counts"]
    assert losses(dry) == losses(real)


def test_what_another_organization_holds_stays_theirs(here: Home, there: Server) -> None:
    with opened(here) as database, database.writing() as db:
        organizations.add(db, an_organization(id=GLOBEX, name="Globex"))
        numbers.add(db, a_number(id=NumberId(an_id(9)), organization_id=GLOBEX))
        agents.add(db, an_agent(organization_id=GLOBEX))

    done = imported(here, there)

    assert ("07011112222", "held_by_another") in losses(done)
    assert ("Night desk", "id_taken") in losses(done)
    assert ("07022223333", "agent_not_copied") in losses(done)


def test_killed_in_the_middle_it_goes_on_where_it_was(here: Home, tmp_path: Path) -> None:
    many = [an_agent(id=AgentId(an_id(n)), created_at=EARLIER + n) for n in range(MANY)]
    with served(tmp_path, *many) as there:
        running = subprocess.Popen(
            [PROGRAM, *command(there, rate="20/s")],
            env=environment(here.environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_some(here)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(60)
        copied = agents_here(here)
        assert 0 < copied < MANY, "it was over before it could be killed"

        done = imported(here, there)

    assert agents_here(here) == MANY
    assert done.json["counts"]["agent"]["copied"] == MANY
    # Two lists, and two questions about each agent that was not copied yet.
    assert done.json["requests"] == 2 + 2 * (MANY - copied)


def agents_here(here: Home) -> int:
    with opened(here) as database, database.reading() as db:
        return len(db.all("SELECT id FROM agents WHERE organization_id = :ours", ours=OURS))


def wait_for_some(here: Home) -> None:
    deadline = time.monotonic() + 60
    while agents_here(here) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_server_that_lets_nobody_in_is_told_of(here: Home, there: Server) -> None:
    asked = ["--from", there.url, "--key", "nobodys", "--rate", "1000/s", "--json"]

    done = run("import", "vox", "Ours", *asked, env=here.environment)

    assert (done.code, done.json["error"]["code"]) == (1, "SOURCE_FAILED")
    assert "401" in done.json["error"]["message"]


def test_without_a_key_it_says_what_to_do(here: Home) -> None:
    done = run("import", "vox", "Ours", "--from", "http://127.0.0.1:9", env=here.environment)

    assert (done.code, "--key" in done.err) == (1, True)
