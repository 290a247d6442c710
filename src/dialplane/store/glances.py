"""What a key may see of one number, in one round trip: the question asked most of all."""

from collections.abc import Callable, Mapping
from typing import Final, LiteralString, NamedTuple

from dialplane.domain.values import KeyId, Millis, OrganizationId
from dialplane.store import keys
from dialplane.store.database import Reader


class Glance(NamedTuple):
    """A key that works, and a number of its organization: its tag, and all of it as JSON."""

    key_id: KeyId
    organization_id: OrganizationId
    scopes: str
    last_used_at: Millis | None
    tag: str
    told: str


Members = Mapping[LiteralString, LiteralString]
"""Names, and SQL for the values."""


_DIRECTIONS: Final[tuple[LiteralString, ...]] = ("inbound", "outbound")


def _in_sqlite(members: Members) -> LiteralString:
    return "json_object(" + ", ".join("'" + name + "', " + members[name] for name in members) + ")"


def _in_postgres(members: Members) -> LiteralString:
    named = ", ".join(members[name] + " AS " + name for name in members)
    return "(SELECT row_to_json(told) FROM (SELECT " + named + ") AS told)"


def _agent(direction: LiteralString, json: Callable[[Members], LiteralString]) -> LiteralString:
    agent_id, version = direction + "_agent_id", direction + "_version"
    mapping = json({"agent_id": agent_id, "agent_version": version})
    return "CASE WHEN " + agent_id + " IS NOT NULL THEN " + mapping + " END"


def _told(json: Callable[[Members], LiteralString]) -> LiteralString:
    """SQL for the number in the words of the contract; `api.number_bodies` says the same."""
    direct: tuple[LiteralString, ...] = (
        "id", "number", "provider", "status", "start_at", "created_at", "updated_at",
        "monthly_fee", "address", "inbound_trunk_id", "outbound_trunk_id",
    )  # fmt: skip
    members = {name: "telephone_numbers." + name for name in direct}
    for direction in _DIRECTIONS:
        members[direction + "_agent"] = _agent(direction, json)
    return json(members | {name: name for name in ("memo", "end_at", "cancel_requested_at")})


def _statement(json: Callable[[Members], LiteralString]) -> LiteralString:
    # Whose time has come, for those the status in the row no longer holds; see `HeldNumber.at`.
    # What time it is in a sandbox would be one more row to read: there it is left to the long way.
    return (
        """
        SELECT api_keys.id, api_keys.organization_id, scopes, last_used_at,
               revision || '-' || status, CAST("""
        + _told(json)
        + """ AS TEXT)
          FROM api_keys JOIN telephone_numbers
            ON telephone_numbers.id = :id
           AND telephone_numbers.organization_id = api_keys.organization_id
           AND (status IN ('active', 'expired')
                OR (api_keys.mode = 'live' AND CASE status WHEN 'scheduled' THEN start_at
                                                           ELSE end_at END > :now))
        """
        + keys.WORKING
    )


# Taking a row apart and putting its body together took as long as all of SQLite.
_NUMBER: Final[Mapping[str, LiteralString]] = {
    "sqlite": _statement(_in_sqlite),
    "postgres": _statement(_in_postgres),
}


def number(db: Reader, hashed: str, number_id: str, *, now: Millis) -> Glance | None:
    """A number that time does nothing to, for whoever holds this key; it names the organization.

    None tells nothing: there may be no such key, no such number, or one that waits for its time.
    """
    values = db.values_or_none(_NUMBER[db.dialect], hash=hashed, id=number_id, now=now)
    return None if values is None else Glance._make(values)
