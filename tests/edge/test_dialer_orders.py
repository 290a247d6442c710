"""What a dialer asks over HTTP, and how it is answered."""

import json
from typing import Any

import msgspec
import pytest
import yaml
from falcon import testing
from jsonschema import Draft202012Validator

from builders import ACME, AGENT, DIGITS, EARLIER, a_number, an_agent, an_id
from dialplane.dialer.jobs import Orders
from dialplane.domain.routing import Target, TargetKind
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget, TargetId
from dialplane.domain.sip_addresses import uri_of_user
from dialplane.edge.dialing import mount_dialing, runtime_told
from dialplane.store import runtimes
from parts.client import Client
from parts.edge_client import CONTRACT, TOKEN, edge_parts
from parts.world import World

QUESTION = {"dialer_id": "one", "address": "10.0.0.9", "room": 5, "calls": []}
Ask = Any


@pytest.fixture
def ask(world: World) -> Ask:
    """Asks for orders; the answer is held against the contract."""
    mount_dialing(world.app, edge_parts(world))
    document = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    schema = {
        "$ref": "#/components/schemas/DialerOrders",
        "components": document["components"],
    }

    def ask(body: object = None, token: str = TOKEN) -> Any:
        answer = testing.simulate_post(
            world.app,
            "/edge/v1/dialer/next",
            headers={"authorization": f"Bearer {token}"},
            body=json.dumps(QUESTION if body is None else body),
        )
        if answer.status_code == 200:
            Draft202012Validator(schema).validate(answer.json)
        return answer

    return ask


@pytest.fixture
def placed(world: World, acme: Client) -> str:
    world.given(an_agent(), a_number())
    target = RuntimeTarget(id=TargetId("rt"), address="10.0.0.5", uri="sip:10.0.0.5:5060")
    runtime = Runtime(
        id=RuntimeId(an_id(99)),
        organization_id=ACME,
        name="voice",
        is_default=True,
        targets=(target,),
        created_at=EARLIER,
        updated_at=EARLIER,
    )
    with world.database.writing() as db:
        runtimes.add(db, runtime)
    body = {"from_number": DIGITS, "to_number": "01012345678", "agent": {"agent_id": AGENT}}
    call_id: str = acme.post("/v3/calls", body).json["id"]
    return call_id


def test_a_placed_call_is_told_with_all_a_dialer_needs(ask: Ask, placed: str) -> None:
    [job] = ask().json["jobs"]

    assert (job["call_id"], job["caller"], job["callee"]) == (placed, DIGITS, "01012345678")
    [runtime] = job["runtimes"]
    assert runtime == {"target_id": "rt", "uri": f"sip:{DIGITS}@10.0.0.5:5060", "via_edge": False}
    headers = {each["name"]: each["value"] for each in job["runtime_headers"]}
    assert headers["X-Dialplane-Call-Id"] == placed
    assert headers["X-Dialplane-Agent-Id"] == AGENT
    assert headers["X-Dialplane-Agent-Version"] == "current"


def test_what_is_told_is_what_the_dialer_reads(ask: Ask, placed: str) -> None:
    orders = msgspec.convert(ask().json, Orders)

    assert [job.call_id for job in orders.jobs] == [placed]


def test_a_call_to_end_is_named(ask: Ask, acme: Client, placed: str) -> None:
    ask()
    acme.post(f"/x/v1/calls/{placed}/hang-up")

    assert ask({**QUESTION, "calls": [placed]}).json == {"jobs": [], "hang_up": [placed]}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_only_the_edges_credential_opens_it(ask: Ask) -> None:
    assert ask(token="wrong").status_code == 401


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "wrong", [{"room": -1}, {"room": "many"}, {"calls": ["x"]}, {"dialer_id": "d" * 65}]
)
def test_what_cannot_be_read_is_refused(ask: Ask, wrong: dict[str, Any]) -> None:
    assert ask({**QUESTION, **wrong}).status_code == 400


@pytest.mark.parametrize(
    ("uri", "via_edge"),
    [
        ("sip:10.0.0.5", False),
        ("sip:voice.example:5070;transport=udp", False),
        ("sip:10.0.0.5:5070;transport=tcp", True),
        ("sip:10.0.0.5;transport=tls", True),
        ("sips:10.0.0.5", True),
        ("sip:voice.example", True),  # SRV may name another port, or TCP
    ],
)
def test_whom_udp_does_not_reach_the_edge_does(*, uri: str, via_edge: bool) -> None:
    target = Target(id=TargetId("rt"), kind=TargetKind.RUNTIME, uri=uri_of_user(uri, DIGITS))

    assert runtime_told(target)["via_edge"] is via_edge
