"""Examining a trunk over HTTP."""

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import pytest

from builders import NOW, NUMBER, TRUNK, a_bought_number, a_number
from dialplane.api.app import create_app
from dialplane.domain.numbers import SipSettings, Status
from dialplane.probes.trunk_doctor import TrunkDoctor
from dialplane.store.secret_box import FOR_SIP
from parts.client import Client, in_process
from parts.sip_impostors import HOST, datagrams, saying
from parts.walks import ON_ONE_ENGINE
from parts.world import World

CHECK = f"/x/v1/trunks/{TRUNK.inbound_trunk_id}/check"
ASKING = saying("SIP/2.0 401 Who", 'WWW-Authenticate: Digest realm="carrier", nonce="n"')
PASSWORD = "correct horse battery staple"


def trunk_to(port: int, **changes: Any) -> SipSettings:
    address = f"sip:{HOST}:{port}"
    return replace(TRUNK, address=address, address_uri=address, **changes)


@pytest.fixture
def acme(world: World) -> Client:
    """Acme, on an installation that may ask this machine."""
    doctor = TrunkDoctor(world.clock, allow_private=True, step_s=0.7)
    app = create_app(replace(world.parts, trunk_doctor=lambda: doctor))
    return world.acme.through(in_process(app))


def test_each_step_is_told_with_what_to_do(world: World, acme: Client) -> None:
    sealed = world.parts.box.seal(PASSWORD, FOR_SIP)
    with datagrams(ASKING) as port:
        sip = trunk_to(port, auth_username="hanbit", sealed_password=sealed)
        world.given(a_number(sip=sip))

        answer = acme.sending(accept_language="en").post(CHECK)

    report = answer.json
    assert report["organization_telephone_number_id"] == NUMBER
    assert (report["verdict"], report["checked_at"]) == ("fail", NOW)
    assert [each["verdict"] for each in report["steps"]] == [
        *("pass", "pass", "pass", "skipped", "pass", "fail")
    ]
    last = report["steps"][-1]
    assert last["code"] == "login_refused"
    assert last["found"] == "Realm carrier refuses the stored user name and password (401)."
    assert last["fix"].startswith("Store auth_username")
    assert PASSWORD.encode() not in answer.body


@ON_ONE_ENGINE
def test_korean_is_spoken_unless_english_is_asked_for(world: World, acme: Client) -> None:
    with datagrams(saying("SIP/2.0 200 OK")) as port:
        world.given(a_number(sip=trunk_to(port)))

        steps = acme.post(CHECK).json["steps"]

    assert steps[4]["found"] == "OPTIONS에 200 OK(으)로 응답했습니다."


def test_both_trunk_ids_lead_to_the_trunk(world: World, acme: Client) -> None:
    with datagrams(saying("SIP/2.0 200 OK")) as port:
        world.given(a_number(sip=trunk_to(port)))

        report = acme.post(f"/x/v1/trunks/{TRUNK.outbound_trunk_id}/check").json

    assert (report["verdict"], report["trunk_id"]) == ("pass", TRUNK.outbound_trunk_id)


def test_a_bought_number_has_no_trunk(world: World, acme: Client) -> None:
    world.given(a_bought_number())

    assert acme.post(CHECK).status == 404


def test_the_trunk_of_an_expired_number_is_history(world: World, acme: Client) -> None:
    world.given(a_number(status=Status.EXPIRED, end_at=NOW, cancel_requested_at=NOW))

    refused = acme.post(CHECK)

    assert (refused.status, refused.code) == (409, "NUMBER_EXPIRED")


@ON_ONE_ENGINE
def test_this_machine_is_not_asked_unless_that_is_allowed(world: World) -> None:
    world.given(a_number(sip=trunk_to(5060)))

    report = world.acme.post(CHECK).json

    assert [each["code"] for each in report["steps"]][:2] == [
        *("address_private", "earlier_step_failed")
    ]


@ON_ONE_ENGINE
def test_a_sandbox_asks_nobody(world: World) -> None:
    body = {"name": "t", "mode": "test", "scopes": ["read", "write"]}
    tester = world.holding(world.acme.post("/x/v1/keys", body).json["token"])
    brought = {"number": "07099990000", "address": "trunk.example.com"}
    number = tester.post("/v3/telephone-numbers/register", brought).json

    report = tester.post(f"/x/v1/trunks/{number['outbound_trunk_id']}/check").json

    assert [each["code"] for each in report["steps"]] == [
        "address_understood",
        *["sandbox_asks_nobody"] * 5,
    ]
    assert report["verdict"] == "pass"


@pytest.fixture
def slow_peer(world: World) -> Iterator[threading.Event]:
    """Answers once it is let go."""
    go_on = threading.Event()

    def answer(request: bytes) -> bytes:
        go_on.wait(60)
        return saying("SIP/2.0 200 OK")(request)

    with datagrams(answer) as port:
        world.given(a_number(sip=trunk_to(port)))
        yield go_on
        go_on.set()


@ON_ONE_ENGINE
def test_checks_do_not_use_up_the_threads_that_answer(
    acme: Client, slow_peer: threading.Event
) -> None:
    with ThreadPoolExecutor(3) as callers:
        checks = [callers.submit(acme.post, CHECK) for _ in range(3)]
        refused, _ = wait(checks, return_when=FIRST_COMPLETED)
        slow_peer.set()

    (answer,) = (each.result() for each in refused)
    assert (answer.status, answer.code) == (429, "RATE_LIMITED")
    assert answer.details == {"retry_after_ms": 2000}
    assert sorted(each.result().status for each in checks) == [200, 200, 429]
