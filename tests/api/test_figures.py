"""The questions an operator asks of `/metrics`, about the whole installation."""

import re
from dataclasses import replace

import pytest

from builders import NOW, a_bought_number, a_number, numbers
from dialplane.api.app import create_app
from dialplane.domain.errors import Unavailable
from dialplane.domain.numbers import Status
from dialplane.operations import webhooks
from dialplane.operations.installation import PASS_NOTED_EVERY_MS, note_pass
from parts.client import Client, in_process
from parts.world import World

HOOK = {"url": "https://hooks.example.com/x"}


@pytest.fixture
def figures(world: World) -> dict[str, float]:
    return asked(world)


def asked(world: World) -> dict[str, float]:
    text = world.nobody.get("/metrics").body.decode()
    found = re.findall(r"^dialplane_(\w+(?:\{[^}]*\})?) ([\d.e+-]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_an_installation_without_anything_has_figures_too(figures: dict[str, float]) -> None:
    assert figures["database_up"] == 1
    assert figures["database_bytes"] > 0
    assert figures["outbox_waiting"] == 0
    assert figures['dead_letters{kind="event"}'] == 0
    assert figures["webhooks_failing"] == 0
    assert figures["migrations_waiting"] == 0
    assert "worker_last_pass_timestamp_seconds" not in figures
    assert [name for name in figures if name.startswith("build_info{version=")]


def test_numbers_are_counted_by_what_they_are(world: World) -> None:
    world.given(*numbers(3), a_bought_number(number="07099990000", status=Status.ACTIVE))

    figures = asked(world)

    assert figures['numbers{provider="custom",status="active"}'] == 3
    assert figures['numbers{provider="vox",status="active"}'] == 1


def test_events_wait_until_they_are_queued_and_then_for_an_answer(
    world: World, acme: Client
) -> None:
    world.given(a_number())
    acme.post("/x/v1/webhooks", HOOK)
    for memo in ("one", "two"):
        acme.patch(f"/v3/organization-telephone-numbers/{a_number().id}", {"memo": memo})

    waiting = asked(world)
    webhooks.queue_all(world.database, now=NOW)
    queued = asked(world)
    with world.database.writing() as db:
        db.run("UPDATE deliveries SET attempts = 1")
    failing = asked(world)
    with world.database.writing() as db:
        db.run("UPDATE deliveries SET status = 'dead', next_attempt_at = NULL")
    dead = asked(world)

    assert (waiting["outbox_waiting"], queued["outbox_waiting"]) == (2, 0)
    assert waiting["outbox_oldest_timestamp_seconds"] == pytest.approx(NOW / 1000)
    assert queued['deliveries_pending{kind="event",tried="no"}'] == 2
    assert (queued["webhooks_failing"], failing["webhooks_failing"]) == (0, 1)
    assert (failing['dead_letters{kind="event"}'], dead['dead_letters{kind="event"}']) == (0, 2)


def test_the_worker_says_when_it_last_came_by(world: World) -> None:
    note_pass(world.database, now=NOW)
    note_pass(world.database, now=NOW + PASS_NOTED_EVERY_MS - 1)
    first = asked(world)
    note_pass(world.database, now=NOW + PASS_NOTED_EVERY_MS)

    assert first["worker_last_pass_timestamp_seconds"] == pytest.approx(NOW / 1000)
    assert asked(world)["worker_last_pass_timestamp_seconds"] == pytest.approx(
        (NOW + PASS_NOTED_EVERY_MS) / 1000
    )


def test_peers_are_up_or_down(world: World) -> None:
    with world.database.writing() as db:
        for number, down in enumerate((0, 0, 1)):
            db.run(
                "INSERT INTO peer_states (uri, down, since) VALUES (:uri, :down, 1)",
                uri=f"sip:{number}.example.com",
                down=down,
            )

    figures = asked(world)

    assert (figures['peers{state="up"}'], figures['peers{state="down"}']) == (2, 1)


def test_without_a_database_the_rest_is_told(world: World) -> None:
    class Gone:
        def snapshot(self) -> None:
            raise Unavailable

    app = create_app(replace(world.parts, database=Gone()))  # type: ignore[arg-type]
    text = Client(in_process(app)).get("/metrics").body.decode()

    assert "dialplane_database_up 0.0" in text
    assert "dialplane_http_requests_total" in text
