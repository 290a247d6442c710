"""A number altered on its own: read together with whose key it is and with the agent it is to map.

On PostgreSQL it is written as it was read, together with those of others. Nothing is locked between
reading and writing, and nobody is waited for. A row is written if it still says what was read, if
the agent it maps is still what it was, and if nobody else is at any of them; who has to wait for
somebody, or was late, takes a transaction of their own.
"""

from typing import Final, LiteralString

from dialplane.domain.agents import VersionChoice
from dialplane.domain.callers import Arrival
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Entry
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.values import AgentId, NumberId
from dialplane.store import journal, numbers
from dialplane.store.database import Reader
from dialplane.store.gathering import ROWS_MAX, Gather
from dialplane.store.keys import CALLER, WORKING, Found, found_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, by the hash of a key, and for which number."""

    hashed: str
    arrival: Arrival
    number_id: NumberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A number of whoever asks, and of an agent the versions there are, None if there is none."""

    found: Found
    number: HeldNumber
    agent_id: AgentId | None
    choice: VersionChoice | None


def see(db: Reader, asked: Asked, agent_id: AgentId | None) -> Seen | None:
    """What there is to know before a number is altered; None if key or number does not work."""
    values = db.values_or_none(
        _SEE,
        hash=asked.hashed,
        now=asked.arrival.now,
        number_id=asked.number_id,
        agent_id=agent_id,
    )
    if values is None:
        return None
    production_version, last_version = values[:2]
    return Seen(
        found=found_of(values[2:_NUMBER_FROM], asked.arrival),
        number=numbers.of_values(values[_NUMBER_FROM:]),
        agent_id=agent_id,
        choice=None if last_version is None else VersionChoice(production_version, last_version),
    )


_NUMBER_FROM: Final = 2 + len(CALLER.split(","))
_SEE: Final[LiteralString] = (
    "SELECT production_version, last_version, "
    + CALLER
    + ", "
    + numbers.SELECTED
    + """
      FROM api_keys
      JOIN organizations ON organizations.id = api_keys.organization_id
      JOIN telephone_numbers ON telephone_numbers.organization_id = api_keys.organization_id
       AND telephone_numbers.id = :number_id
      LEFT JOIN agents ON agents.organization_id = api_keys.organization_id
       AND agents.id = :agent_id
    """
    + WORKING
)


def write(gather: Gather, seen: Seen, altered: HeldNumber, entry: Entry) -> bool:
    """Write what was made of a number, and the entry that tells of it; whether it was written.

    Raises:
        Unavailable: it may have been written, or not.
    """
    choice = seen.choice
    row = {
        **numbers.alterable_columns(altered),
        **journal.columns(entry),
        "id": altered.id,
        "organization_id": altered.organization_id,
        "seen_revision": seen.number.revision,
        "seen_status": seen.number.status,
        "agent_id": choice and seen.agent_id,
        "production_version": choice and choice.production_version,
        "last_version": choice and choice.last_version,
        "own": journal.own_text(entry),
    }
    return gather(_WRITE, row)


_WHOLE_NUMBERS: Final[tuple[LiteralString, ...]] = (
    "updated_at", "revision", "seen_revision", "production_version", "last_version", "occurred_at",
)  # fmt: skip
_TEXTS: Final[tuple[LiteralString, ...]] = (
    "id", "organization_id", "seen_status", "agent_id", "own", "entry_id", "happening", "actor",
    "key_id", "resource_id", "request_id", "before", "after",
    *(name for name in numbers.ALTERABLE if name not in _WHOLE_NUMBERS),
)  # fmt: skip

# A row that has become another one since this began shows only once it is locked, so each is locked
# before it is compared. SKIP LOCKED, since whoever waited here would keep from the others what they
# may be waiting for.
_WRITE: Final[LiteralString] = (
    "WITH asked AS MATERIALIZED (SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS asked ("
    + ", ".join((
        *(name + " text" for name in _TEXTS), *(name + " bigint" for name in _WHOLE_NUMBERS)
    ))
    + ") LIMIT " + str(ROWS_MAX) +  # so that it is planned for a few
    """
), agent AS MATERIALIZED (
    SELECT agents.id FROM asked
      JOIN agents ON agents.id = asked.agent_id
       AND agents.organization_id = asked.organization_id
       AND agents.last_version = asked.last_version
       AND agents.production_version IS NOT DISTINCT FROM asked.production_version
       FOR KEY SHARE OF agents SKIP LOCKED
), number AS MATERIALIZED (
    SELECT telephone_numbers.id FROM asked
      JOIN telephone_numbers ON telephone_numbers.id = asked.id
       AND telephone_numbers.organization_id = asked.organization_id
       AND telephone_numbers.revision = seen_revision AND telephone_numbers.status = seen_status
       FOR NO KEY UPDATE OF telephone_numbers SKIP LOCKED
), head AS MATERIALIZED (
    SELECT journal_heads.organization_id FROM asked
      JOIN journal_heads ON journal_heads.organization_id = asked.organization_id
       FOR NO KEY UPDATE OF journal_heads SKIP LOCKED
), free AS MATERIALIZED (
    SELECT * FROM asked
     WHERE id IN (SELECT id FROM number)
       AND organization_id IN (SELECT organization_id FROM head)
       AND (agent_id IS NULL OR agent_id IN (SELECT id FROM agent))
), altered AS (
    UPDATE telephone_numbers SET """
    + ", ".join(name + " = free." + name for name in numbers.ALTERABLE) +
    """ FROM free
     WHERE telephone_numbers.id = free.id
       AND telephone_numbers.organization_id = free.organization_id
), chained AS (
    UPDATE journal_heads
       SET position = journal_heads.position + 1,
           hash = encode(sha256(convert_to("""
    + journal.chained_to("free.own") +
    """, 'UTF8')), 'hex')
      FROM free WHERE journal_heads.organization_id = free.organization_id
    RETURNING journal_heads.organization_id, position, hash
)
INSERT INTO journal (id, organization_id, happening, occurred_at, actor, key_id, resource_id,
                     request_id, before, after, position, hash)
SELECT entry_id, organization_id, happening, occurred_at, actor, key_id, resource_id,
       request_id, before, after, position, hash
  FROM free JOIN chained USING (organization_id)
RETURNING resource_id
"""
)  # fmt: skip
