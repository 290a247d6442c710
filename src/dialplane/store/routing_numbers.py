"""The number a call is about, with everything there is one of beside it: one round trip."""

from typing import Final, LiteralString, NamedTuple

from dialplane.domain.frozen import dataclass
from dialplane.domain.number_routing import NumberRouting
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.runtimes import RuntimeId
from dialplane.store import number_routing, numbers
from dialplane.store.database import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A number and what is set about its calls; who may call besides its trunk is not read.

    Runtime and limits are those of its organization.
    """

    number: HeldNumber
    routing: NumberRouting
    default_runtime: RuntimeId | None
    concurrent_calls: int | None
    calls_per_second: int | None
    inbound_agent: "Known | None"


class Known(NamedTuple):
    """What an agent's versions are, and its own runtime, if it has one.

    `draft` is what its current version says, as JSON, where that is the one that is mapped.
    """

    production_version: int | None
    last_version: int
    runtime_id: RuntimeId | None
    draft: str | None = None


_FOUND: Final[LiteralString] = (
    "SELECT runtimes.id, organization_limits.concurrent_calls,"
    " organization_limits.calls_per_second, agents.production_version, agents.last_version,"
    " agent_runtimes.runtime_id,"
    " CASE WHEN inbound_version = 'current' THEN agents.data END, "
    + number_routing.SELECTED + ", " + numbers.SELECTED + """
      FROM telephone_numbers
      LEFT JOIN number_routing ON number_routing.number_id = telephone_numbers.id
       AND number_routing.organization_id = telephone_numbers.organization_id
      LEFT JOIN organization_limits
        ON organization_limits.organization_id = telephone_numbers.organization_id
      LEFT JOIN runtimes ON runtimes.organization_id = telephone_numbers.organization_id
       AND is_default = 1
      LEFT JOIN agents ON agents.id = telephone_numbers.inbound_agent_id
       AND agents.organization_id = telephone_numbers.organization_id
      LEFT JOIN agent_runtimes ON agent_runtimes.agent_id = agents.id
     WHERE realm = :realm AND canonical = :canonical
    """
)  # fmt: skip
_HELD: Final = _FOUND + " AND status <> 'expired'"
_LAST: Final = (
    _FOUND + " ORDER BY telephone_numbers.created_at DESC, telephone_numbers.id DESC LIMIT 1"
)
_AGENT: Final = slice(3, 7)
_SET: Final = slice(7, 15)
_NUMBER: Final = slice(15, None)


def find(db: Reader, realm: str, canonical: str) -> Found | None:
    """Whoever holds these digits, else whoever held them last."""
    values = db.values_or_none(_HELD, realm=realm, canonical=canonical)
    values = values or db.values_or_none(_LAST, realm=realm, canonical=canonical)
    if values is None:
        return None
    number = numbers.of_values(values[_NUMBER])
    return Found(
        number=number,
        routing=number_routing.of_values(number.organization_id, number.id, values[_SET]),
        default_runtime=values[0],
        concurrent_calls=values[1],
        calls_per_second=values[2],
        # Every agent there is has a last version, if only that it has none yet.
        inbound_agent=None if values[4] is None else Known(*values[_AGENT]),
    )
