"""For each operation of the contract: what has to exist so that its examples are accepted.

A new operation needs nothing here when the things its path names can be made by POST to the list
they are in; only what is special is spelled out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from builders import (
    AGENT,
    EARLIER,
    EVERY_SCOPE,
    KEY,
    LINE,
    NOTHING,
    NOW,
    NUMBER,
    NUMBER_SHEET,
    TRUNK,
    a_bought_number,
    a_key,
    a_line,
    a_number,
    an_agent,
    path_of,
)
from dialplane.domain.numbers import HeldNumber, Status
from dialplane.operations import webhooks
from dialplane.store import purchases, suppliers
from parts import contract
from parts.client import Client
from parts.contract import Answer, Operation
from parts.supplied import a_purchase, an_account
from parts.world import World

OTHER_DIGITS: Final = "07099990000"
SECRET_MEMO: Final = "what only Acme may read"
TEST_KEYS_ONLY: Final = "/x/v1/test-clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything is there; `client` is Acme with a key that may do everything."""

    world: World
    operation: Operation
    client: Client
    path: str

    def ask(self, client: Client | None = None, *, query: str = "", body: Any = None) -> Answer:
        """What the operation answers to its smallest example, or to another body."""
        if body is None:
            body = self.operation.example_body if self.operation.needs_body else None
        method = self.operation.method.upper()
        return (client or self.client).request(method, self.path + query, body)


def staged(world: World, operation: Operation) -> Stage:
    world.given(an_agent(last_version=1), a_line(), _number_for(operation))
    world.given_key(a_key(name="spare"), "dp_live_" + "S" * 43)
    client = _tester(world) if operation.path.startswith(TEST_KEYS_ONLY) else world.acme
    path = operation.path
    for name in operation.path_names:
        before, _, rest = path.partition("{" + name + "}")
        path = before + _made(world, client, name, before) + rest
    return Stage(world=world, operation=operation, client=client, path=path)


def _number_for(operation: Operation) -> HeldNumber:
    if operation.path.endswith("/purchase"):  # the examples name a line by its digits
        return a_number(number=OTHER_DIGITS)
    if operation.path.endswith("/revoke-cancel"):
        return a_bought_number(
            number=OTHER_DIGITS,
            line_id=NUMBER,
            status=Status.CANCEL_REQUESTED,
            end_at=NOW + 1,
            cancel_requested_at=EARLIER,
            memo=SECRET_MEMO,
        )
    if operation.path.startswith("/x/v1/trunks/"):  # to a place that is not asked
        sip = replace(TRUNK, address="127.0.0.1", address_uri="sip:127.0.0.1")
        return a_number(memo=SECRET_MEMO, sip=sip)
    return a_number(memo=SECRET_MEMO)


def nothing_like(id_: str) -> str:
    """An id of the same kind that never was."""
    return "ST_" + "0" * 12 if id_.startswith("ST_") else NOTHING


def _tester(world: World) -> Client:
    body = {"name": "sandbox", "mode": "test", "scopes": sorted(EVERY_SCOPE)}
    return world.holding(world.acme.post("/x/v1/keys", body).json["token"])


def _delivery(world: World, client: Client, listed_at: str) -> str:
    client.patch(path_of(NUMBER), {"memo": SECRET_MEMO})
    webhooks.queue_all(world.database, now=world.clock())
    delivery_id: str = client.get(listed_at).json["items"][0]["id"]
    return delivery_id


def _purchase(world: World, *_: object) -> str:
    with world.database.writing() as db:
        suppliers.add(db, an_account("http://127.0.0.1:9", world.parts.box))
        purchases.add(db, a_purchase())
    return a_purchase().id


def _job(world: World, client: Client, _listed_at: str) -> str:
    """An import whose preview is finished."""
    creation = contract.find("POST", NUMBER_SHEET)
    assert creation is not None
    job_id: str = client.post(NUMBER_SHEET, creation.example_body).json["id"]
    world.the_clerk_works()
    return job_id


_SPECIAL: dict[str, Callable[[World, Client, str], str]] = {
    "organization_telephone_number_id": lambda *_: NUMBER,
    "agent_id": lambda *_: AGENT,
    "key_id": lambda *_: KEY,
    "line_id": lambda *_: LINE,
    "version": lambda *_: "v1",
    "trunk_id": lambda *_: str(TRUNK.inbound_trunk_id),
    "delivery_id": _delivery,
    "purchase_id": _purchase,
    "job_id": _job,
}


def _made(world: World, client: Client, name: str, before: str) -> str:
    """The id of something that exists, in the list whose path is `before`."""
    listed_at = before.rstrip("/")
    if name == "call_id":  # they are placed in one half of the API and hung up on in the other
        listed_at = "/v3/calls"
    if name in _SPECIAL:
        return _SPECIAL[name](world, client, listed_at)
    creation = contract.find("POST", listed_at)
    assert creation is not None, f"{listed_at}: say in parts/stages.py how to make a {name}"
    made = client.post(listed_at, creation.example_body).json
    made_id: str = made.get("id") or made[name]
    return made_id
