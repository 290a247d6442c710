"""Whose key is this?"""

from builders import ACME, NOW
from dialplane.domain.callers import Scope
from dialplane.domain.values import DAY_MS
from parts.client import Client
from parts.world import World

WHOAMI = "/x/v1/whoami"


def test_tells_the_organization_and_what_the_key_may_do(world: World) -> None:
    caller = world.with_key(Scope.READ).get(WHOAMI).json

    assert caller["organization"] == {"id": ACME, "name": "Acme"}
    assert caller["key"]["scopes"] == ["read"]
    assert caller["key"]["mode"] == "live"
    assert caller["now"] == NOW


def test_never_tells_the_key_itself(acme: Client) -> None:
    assert acme.authorization is not None

    answer = acme.get(WHOAMI)

    assert acme.authorization.removeprefix("Bearer ").encode() not in answer.body


def test_in_a_sandbox_the_time_is_that_of_the_test_clock(world: World, acme: Client) -> None:
    test_key = acme.post("/x/v1/keys", {"name": "ci", "mode": "test"}).json["token"]
    sandbox = world.holding(test_key)
    sandbox.post("/x/v1/test-clock/advance", {"by_ms": DAY_MS})

    caller = sandbox.get(WHOAMI).json

    assert caller["key"]["mode"] == "test"
    assert caller["now"] == NOW + DAY_MS
    assert caller["organization"]["id"] != ACME
