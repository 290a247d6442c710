"""The number a call is about, with what most calls need to know beside it: one round trip."""

from collections.abc import Mapping
from typing import Final, LiteralString, NamedTuple

from dialplane.domain.frozen import dataclass
from dialplane.domain.number_routing import NumberRouting
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.routing import AcceptedSource, Peer
from dialplane.domain.runtimes import RuntimeId
from dialplane.store import number_routing, numbers
from dialplane.store.database import Reader, Values
from dialplane.store.routing_lists import LIST_OF, ListOf, sources, sources_of, targets, targets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A number and what is set about its calls.

    Default runtime and limits are those of its organization. `sources`, and the `targets` of the
    runtime its inbound agent leads to, are read for calls to the number only.
    """

    number: HeldNumber
    routing: NumberRouting
    default_runtime: RuntimeId | None
    concurrent_calls: int | None
    calls_per_second: int | None
    inbound_agent: "Known | None"
    sources: tuple[AcceptedSource, ...]
    targets: Mapping[RuntimeId, tuple[Peer, ...]]


class Known(NamedTuple):
    """What an agent's versions are, and its own runtime, if it has one.

    `draft` is what its current version says, as JSON, where that is the one that is mapped.
    """

    production_version: int | None
    last_version: int
    runtime_id: RuntimeId | None
    draft: str | None = None


class _Statements(NamedTuple):
    """For the number that holds some digits, and for the one that held them last."""

    held: LiteralString
    last: LiteralString


def _statements(lists: LiteralString) -> _Statements:
    found: LiteralString = (
        "SELECT " + lists + ", runtimes.id, organization_limits.concurrent_calls,"
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
    newest: LiteralString = " ORDER BY telephone_numbers.created_at DESC, telephone_numbers.id DESC"
    return _Statements(found + " AND status <> 'expired'", found + newest + " LIMIT 1")


def _with_lists(list_of: ListOf) -> _Statements:
    answering: LiteralString = "COALESCE(agent_runtimes.runtime_id, runtimes.id)"
    return _statements(sources(list_of) + ", " + targets(list_of, answering))


_CALLED: Final = {dialect: _with_lists(list_of) for dialect, list_of in LIST_OF.items()}
_PRESENTED: Final = _statements("NULL, NULL, NULL, NULL, NULL")
_SOURCES: Final = slice(0, 4)
_TARGETS: Final = 4
_OF_ORGANIZATION: Final = slice(5, 8)
_AGENT: Final = slice(8, 12)
_SET: Final = slice(12, 20)
_NUMBER: Final = slice(20, None)


def find_called(db: Reader, realm: str, canonical: str) -> Found | None:
    """Whoever holds these digits, else whoever held them last."""
    found = find_held(db, realm, canonical)
    if found is not None:
        return found
    values = db.values_or_none(_CALLED[db.dialect].last, realm=realm, canonical=canonical)
    return None if values is None else _found(values, called=True)


def find_held(db: Reader, realm: str, canonical: str) -> Found | None:
    """Whoever holds these digits; one statement."""
    values = db.values_or_none(_CALLED[db.dialect].held, realm=realm, canonical=canonical)
    return None if values is None else _found(values, called=True)


def find_presented(db: Reader, realm: str, canonical: str) -> Found | None:
    """The number a call is made with: whoever holds these digits, else whoever held them last."""
    values = db.values_or_none(_PRESENTED.held, realm=realm, canonical=canonical)
    values = values or db.values_or_none(_PRESENTED.last, realm=realm, canonical=canonical)
    return None if values is None else _found(values, called=False)


def _found(values: Values, *, called: bool) -> Found:
    number = numbers.of_values(values[_NUMBER])
    default_runtime, concurrent_calls, calls_per_second = values[_OF_ORGANIZATION]
    # Every agent there is has a last version, if only that it has none yet.
    production_version, last_version, own_runtime, draft = values[_AGENT]
    agent = Known(production_version, last_version, own_runtime, draft)
    answering = own_runtime or default_runtime
    return Found(
        number=number,
        routing=number_routing.of_values(number.organization_id, number.id, values[_SET]),
        default_runtime=default_runtime,
        concurrent_calls=concurrent_calls,
        calls_per_second=calls_per_second,
        inbound_agent=None if last_version is None else agent,
        sources=sources_of(number, values[_SOURCES]) if called else (),
        targets={answering: targets_of(values[_TARGETS])} if called and answering else {},
    )
