"""Who dials which call: each is claimed once, under a lease, and never dialled again."""

from collections.abc import Iterable
from typing import Final

from dialplane.domain.calls import Call, CallId
from dialplane.domain.digits import read_digits
from dialplane.domain.disconnections import EventReason
from dialplane.domain.frozen import dataclass
from dialplane.domain.orders import DialOrder, DialOrders, max_duration_ms, ring_timeout_ms
from dialplane.domain.routing import Answerer, OutboundQuestion, Target
from dialplane.domain.routing.answering import Call as Seeker
from dialplane.domain.routing.answering import Targets
from dialplane.domain.routing.decisions import Trace
from dialplane.domain.values import SECOND_MS, Millis
from dialplane.operations import call_messages
from dialplane.operations.agent_data import data_of
from dialplane.operations.transactions import in_transaction
from dialplane.store import calls, organizations, placed_calls, routing
from dialplane.store.database import Database, Reader, Writer

LEASE_MS: Final = 30 * SECOND_MS
QUEUED_AT_MOST_MS: Final = 5 * 60 * SECOND_MS
MOST_AT_ONCE: Final = 20
BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialer:
    """A dialer that asks what to do: the calls it has, and for how many more it has room."""

    id: str
    address: str
    room: int
    calls: tuple[CallId, ...]


def orders_for(database: Database, dialer: Dialer, *, now: Millis) -> DialOrders:
    """What this dialer is to do now; its calls stay its own for as long as it asks."""
    room = min(dialer.room, MOST_AT_ONCE)
    with database.reading() as db:
        found = placed_calls.waiting(db, limit=room) if room else []
        ageing = placed_calls.ageing(db, dialer.id, before=now + LEASE_MS // 2)
        hang_up = placed_calls.to_hang_up(db, dialer.id)
    if not found and not (ageing and dialer.calls):
        return DialOrders(hang_up=tuple(hang_up))

    def work(db: Writer) -> tuple[DialOrder, ...]:
        placed_calls.renew(db, dialer.id, dialer.calls, until=now + LEASE_MS)
        claimed = (_claimed(db, dialer, call_id, now=now) for call_id in found)
        return tuple(order for order in claimed if order is not None)

    return DialOrders(orders=in_transaction(database.writing, work), hang_up=tuple(hang_up))


def lapse(database: Database, *, now: Millis) -> int:
    """End the calls whose dialer died, or that no dialer ever took; answers how many."""
    queued_before = now - QUEUED_AT_MOST_MS
    with database.reading() as db:
        seen = placed_calls.lapsed(db, now=now, queued_before=queued_before, limit=BATCH)
    if not seen:
        return 0

    def work(db: Writer) -> int:
        lapsed = placed_calls.lapsed(db, now=now, queued_before=queued_before, limit=BATCH)
        for call_id in lapsed:
            _let_go(db, call_id, now=now)
        return len(lapsed)

    return in_transaction(database.writing, work)


def _claimed(db: Writer, dialer: Dialer, call_id: CallId, *, now: Millis) -> DialOrder | None:
    owner = placed_calls.claim(
        db, call_id, dialer_id=dialer.id, address=dialer.address, until=now + LEASE_MS
    )
    call = None if owner is None else calls.find_locked(db, call_id)
    if call is None or call.ending is not None:
        return None
    order = _order(db, call, now=now)
    if order is None:
        refused = call.refuse(EventReason.RUNTIME_UNREACHABLE, now=now)
        call_messages.save(db, call, refused, at=now)
        placed_calls.remove(db, call)
    return order


def _order(db: Writer, call: Call, *, now: Millis) -> DialOrder | None:
    """What to dial, or None when there is nobody who could talk."""
    mapping = call.agent
    data = None if mapping is None else data_of(db, call.organization_id, mapping)
    if mapping is None or data is None:
        return None
    answerer = Answerer(
        mapping=mapping, version=call.agent_version or "", variant_label=call.variant_label
    )
    runtimes = tuple(_runtimes(db, call, answerer, now=now))
    if not runtimes:
        return None
    return DialOrder(
        call=call,
        runtimes=runtimes,
        ring_timeout_ms=ring_timeout_ms(data),
        max_duration_ms=max_duration_ms(data),
    )


def runtime_leg(
    database: Database, call_id: CallId, target_id: str, *, source: str, now: Millis
) -> tuple[Call, Target] | None:
    """The runtime a dialer wants to be taken to, if the call is that dialer's and may go there."""
    with database.reading() as db:
        call = calls.find_by_id(db, call_id)
        if call is None or call.ending is not None or call.agent is None:
            return None
        if placed_calls.dialled_from(db, call, now=now) != source:
            return None
        answerer = Answerer(
            mapping=call.agent, version=call.agent_version or "", variant_label=call.variant_label
        )
        found = _runtimes(db, call, answerer, now=now)
        return next(((call, each) for each in found if each.id == target_id), None)


def _runtimes(db: Reader, call: Call, answerer: Answerer, *, now: Millis) -> Iterable[Target]:
    question = OutboundQuestion(
        call_id=call.id,
        caller=read_digits(call.from_number or ""),
        callee=read_digits(call.to_number or ""),
        source=None,
        at=now,
        agent=answerer.mapping,
        needs_agent=True,
    )
    realm = organizations.get(db, call.organization_id).realm
    facts = routing.outbound_facts(db, realm, question, viewer=call.organization_id)
    seeker = Seeker(id=call.id, number=question.caller.canonical, variant_seed="")
    targets = Targets(seeker, facts.plan, Trace())
    targets.of_agent(answerer)
    return targets.found


def _let_go(db: Writer, call_id: CallId, *, now: Millis) -> None:
    call = calls.find_locked(db, call_id)
    if call is None:
        return
    if call.ending is None:
        call_messages.save(db, call, call.lose(now=now), at=now)
    placed_calls.remove(db, call)
