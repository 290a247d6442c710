"""What calls need: a runtime for each organization, one carrier, and the calls there have been."""

from collections.abc import Iterator

from bench.rows import (
    FIRST_AT,
    ORGANIZATIONS,
    Row,
    Table,
    World,
    agent_id,
    chance_of,
    digits_of,
    made_at,
    organization_id,
    stable_id,
)

CARRIER_NETWORK = "203.0.113.0/24"
CARRIER_ADDRESS = "203.0.113.7"
_TARGET = "198.51.100.20:5060"
_MINUTE_MS = 60_000


def tables(world: World) -> Iterator[Table]:
    yield Table("runtimes", _RUNTIME, map(_runtime, range(ORGANIZATIONS)))
    yield Table("runtime_targets", _RUNTIME_TARGET, map(_target, range(ORGANIZATIONS)))
    carrier = stable_id("carrier", 0, FIRST_AT)
    uri = "sip:203.0.113.1:5060;transport=udp"
    yield Table("carriers", _CARRIER, iter([(carrier, "carrier", uri, uri, 1, 1, FIRST_AT)]))
    yield Table("carrier_networks", _NETWORK, iter([(carrier, CARRIER_NETWORK)]))
    yield Table("calls", _CALL, (_call(world, index) for index in range(world.numbers)))


def _runtime(organization: int) -> Row:
    at = FIRST_AT + organization
    owner = organization_id(organization)
    return stable_id("runtime", organization, at), owner, "runtime", 1, at, at, 1


def _target(organization: int) -> Row:
    at = FIRST_AT + organization
    runtime, owner = stable_id("runtime", organization, at), organization_id(organization)
    uri = f"sip:{_TARGET};transport=udp"
    return stable_id("target", organization, at), owner, runtime, 0, _TARGET, uri, 1, 1


def _call(world: World, index: int) -> Row:
    """As many calls as numbers, each to any of them."""
    at = made_at(index, world.numbers)
    number = chance_of("called", index) % world.numbers
    holder = world.holder(number)
    return (
        stable_id("call", index, at), organization_id(holder), world.number_id(number), "inbound",
        "inbound", f"010{20_000_000 + index % 70_000_000}", digits_of(number), agent_id(holder, 0),
        "current", "current", "{}", "{}", 0, at, at, at + 3_000, at + 2 * _MINUTE_MS, 4,
        None, "caller", 200, "ended", "user_hangup",
    )  # fmt: skip


_RUNTIME = (
    "id", "organization_id", "name", "is_default", "created_at", "updated_at", "revision",
)  # fmt: skip
_RUNTIME_TARGET = (
    "id", "organization_id", "runtime_id", "place", "address", "uri", "priority", "weight",
)  # fmt: skip
_CARRIER = ("id", "name", "address", "uri", "priority", "weight", "created_at")
_NETWORK = ("carrier_id", "network")
_CALL = (
    "id", "organization_id", "number_id", "direction", "call_type", "from_number", "to_number",
    "agent_id", "agent_selector", "agent_version", "metadata", "dynamic_variables",
    "opt_out_sensitive_data_storage", "created_at", "started_at", "answered_at", "ended_at",
    "ending_kind", "ending_reason", "hung_up_by", "sip_code", "status", "disconnection_reason",
)  # fmt: skip
