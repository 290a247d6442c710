"""Three API nodes on one PostgreSQL, none of them special, behind the balancer of `deploy/`."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from builders import AGENT, NUMBERS, PURCHASE, REGISTER, an_agent, lines, path_of
from dialplane.store import agents, claims
from dialplane.store import lines as stock
from parts.client import Client
from parts.cluster import EDGE_TOKEN, Cluster, Node, running_cluster
from parts.contract import Answer
from parts.program import wait_until
from parts.receiver import Receiver
from parts.server import given_two_organizations

if TYPE_CHECKING:
    from dialplane.store.database import Database

pytestmark = pytest.mark.parametrize("engine", ["postgres"])

WRITES = 400
ENOUGH = 120
CLIENTS = 6
PATIENCE_S = 120
KEYS = "/x/v1/keys"
CALLED = "07088880000"
TRUNK = "203.0.113.10"
MAPPED = {"agent_id": AGENT, "agent_version": "current"}


@pytest.fixture
def cluster(home: Any, tmp_path: Path) -> Iterator[Cluster]:
    database: Database = home.open()
    given_two_organizations(database)
    with database.writing() as db:
        for line in lines(WRITES):
            stock.put(db, line, now=0)
        agents.add(db, an_agent())
    database.close()
    with running_cluster(home, tmp_path) as running:
        yield running


def test_what_one_node_is_told_all_of_them_know(cluster: Cluster) -> None:
    one, two, three = cluster.nodes
    with one.client() as first, two.client() as second, three.client() as third:
        check_a_revoked_key_is_refused_everywhere(first, second)
        check_a_changed_mapping_decides_the_next_call(cluster, first)
        check_a_change_is_done_once_whoever_is_asked(first, second)
        check_a_page_begun_here_goes_on_there(second, third)


def check_a_revoked_key_is_refused_everywhere(first: Client, second: Client) -> None:
    made = first.post(KEYS, {"name": "short", "scopes": ["read"]}).json
    holder = {"authorization": f"Bearer {made['token']}"}
    assert second.sending(**holder).get(NUMBERS).status == 200

    first.delete(f"{KEYS}/{made['id']}")

    assert second.sending(**holder).get(NUMBERS).status == 401


def check_a_changed_mapping_decides_the_next_call(cluster: Cluster, first: Client) -> None:
    target = {"address": "192.0.2.50"}
    first.post("/x/v1/runtimes", {"name": "desk", "is_default": True, "targets": [target]})
    number = first.post(REGISTER, {"number": CALLED, "address": TRUNK}).json["id"]
    for mapping, expected in ((MAPPED, AGENT), (None, "no_agent_mapped"), (MAPPED, AGENT)):
        assert first.patch(path_of(number, "/agent"), {"inbound_agent": mapping}).status == 200

        assert [decided_by(node) for node in cluster.nodes[1:]] == [expected, expected]


def decided_by(node: Node) -> str:
    """The agent who would answer a call right now, or why nobody does."""
    assert node.server is not None
    question = {
        "edge_id": "edge-1",
        "call_id": str(uuid4()),
        "sip_call_id": f"{uuid4()}@{TRUNK}",
        "called": CALLED,
        "caller": "01012345678",
        "source_address": TRUNK,
        "source_port": 5060,
        "transport": "udp",
        "received_at": time.time_ns() // 1_000_000,
    }
    told = httpx.post(
        f"{node.server.url}/edge/v1/inbound",
        json=question,
        headers={"authorization": f"Bearer {EDGE_TOKEN}"},
        timeout=PATIENCE_S,
    ).json()
    return str(told.get("agent_id") or told.get("reason"))


def check_a_change_is_done_once_whoever_is_asked(first: Client, second: Client) -> None:
    order = {"number": lines(1)[0].number}
    bought = first.sending(idempotency_key="once").post(PURCHASE, order)
    again = second.sending(idempotency_key="once").post(PURCHASE, order)

    assert (bought.status, again.status, again.replayed) == (200, 200, True)
    assert again.body == bought.body


def check_a_page_begun_here_goes_on_there(second: Client, third: Client) -> None:
    begun = second.get(NUMBERS, limit=1).json
    continued = third.get(NUMBERS, limit=1, cursor=begun["next_cursor"]).json

    assert begun["items"][0]["id"] != continued["items"][0]["id"]


class Buyers:
    """Each line is wanted once, under a key of its own, until an answer says that it is bought."""

    def __init__(self, cluster: Cluster) -> None:
        self.bought: dict[str, Answer] = {}
        self.tries = 0
        self._cluster = cluster
        self._enough = threading.Event()

    def buy(self, wanted: list[str]) -> None:
        with self._cluster.client() as client:
            for line_id in wanted:
                self.bought[line_id] = self._until_answered(client, line_id)
                if len(self.bought) >= ENOUGH:
                    self._enough.set()

    def wait_for_enough(self) -> None:
        assert self._enough.wait(PATIENCE_S)

    def _until_answered(self, client: Client, line_id: str) -> Answer:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            self.tries += 1
            answer = self._tried(client, line_id)
            if answer is not None and answer.status == 200:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"{line_id} was never answered")

    @staticmethod
    def _tried(client: Client, line_id: str) -> Answer | None:
        """None where nothing was heard, or only that somebody else is at it."""
        keyed = client.sending(idempotency_key=line_id)
        try:
            answer = keyed.post(PURCHASE, {"id": line_id})
        except (httpx.TransportError, AssertionError):
            return None  # the balancer's own 502 to 504 are outside of the contract
        busy = answer.status == 409 and answer.code == "IDEMPOTENCY_IN_PROGRESS"
        assert answer.status in {200, 503} or busy, answer.body
        return answer


def test_a_node_that_dies_under_load_loses_nothing_and_buys_nothing_twice(
    cluster: Cluster, home: Any
) -> None:
    buyers = Buyers(cluster)
    wanted = [line.id for line in lines(WRITES)]
    with (
        Receiver() as receiver,
        cluster.client() as client,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        client.post("/x/v1/webhooks", {"url": receiver.url})
        buying = [threads.submit(buyers.buy, wanted[n::CLIENTS]) for n in range(CLIENTS)]
        buyers.wait_for_enough()
        cluster.nodes[1].kill()
        let_go_of_what_it_had_begun(home)
        cluster.nodes[1].begin()
        for each in buying:
            each.result()
        check_every_line_is_held_once(client, buyers)
        check_the_ledger_is_exact(client)
        check_everything_was_told(client, receiver)


def let_go_of_what_it_had_begun(home: Any) -> None:
    """What a node was at may be taken over a minute after it died; that minute is over."""
    database: Database = home.open()
    with database.writing() as db:
        db.run(
            "UPDATE idempotency_claims SET claimed_at = claimed_at - :minute"
            " WHERE sealed_answer IS NULL",
            minute=claims.ABANDONED_AFTER_MS,
        )
        db.run("UPDATE deliveries SET next_attempt_at = 0 WHERE status = 'pending'")
    database.close()


def all_of(client: Client, path: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while cursor is not None:
        page = client.get(path, limit=100, cursor=cursor).json
        yield from page["items"]
        cursor = page["next_cursor"]


def check_every_line_is_held_once(client: Client, buyers: Buyers) -> None:
    numbers = [each for each in all_of(client, NUMBERS) if each["provider"] == "vox"]

    assert sorted(each["number"] for each in numbers) == sorted(
        line.number for line in lines(WRITES)
    )
    assert {each["id"] for each in numbers} == {each.json["id"] for each in buyers.bought.values()}


def check_the_ledger_is_exact(client: Client) -> None:
    entries = list(all_of(client, "/x/v1/ledger"))
    fees = [line.monthly_fee for line in lines(WRITES)]

    assert sum(entry["amount"] for entry in entries) == sum(fees)
    assert len({entry["organization_telephone_number_id"] for entry in entries}) == WRITES


def check_everything_was_told(client: Client, receiver: Receiver) -> None:
    """At least once each; who told it may have been any of the nodes."""
    events = all_of(client, "/x/v1/events")
    happened = {event["id"] for event in events if event["type"].startswith("number.")}
    assert len(happened) == WRITES

    def untold() -> set[str]:
        return happened - {each.headers["x-dialplane-event-id"] for each in receiver.heard}

    wait_until(lambda: not untold(), lambda: f"{len(untold())} of {len(happened)} untold")
