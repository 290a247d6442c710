"""However the edge splits what it tells into batches, the same rows become of it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final, LiteralString

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ACME, AGENT, NOW, NUMBER, an_agent, an_id
from dialplane.domain.calls import (
    Asked,
    Call,
    CallEvent,
    CallId,
    CallRoute,
    CallType,
    Direction,
    EdgeLife,
    EventType,
)
from dialplane.domain.disconnections import EventReason
from dialplane.domain.values import NumberId
from dialplane.operations import call_events
from dialplane.operations.call_reports import (
    CallReport,
    Origin,
    PeerReport,
    Report,
    StartReport,
)
from dialplane.store import calls
from dialplane.store.database import Database
from parts.callable import a_called_number, mapped
from parts.world import World

KNOWN, ANSWERED_FROM_MEMORY, ANOTHER, OF_NOBODY = (CallId(an_id(0xCA11 + n)) for n in range(4))
LIVES = (EdgeLife("edge-1", an_id(1)), EdgeLife("edge-1", an_id(2)))
ROWS: Final[tuple[LiteralString, ...]] = (
    "SELECT * FROM calls ORDER BY id",
    "SELECT call_id, news, url, body, created_at FROM call_messages ORDER BY call_id, news",
    "SELECT call_id, reason, times, first_at, last_at FROM refusals ORDER BY call_id, reason",
    "SELECT * FROM edge_events ORDER BY id",
    """
    SELECT organization_id, status, CAST(sum(total) AS integer) AS total FROM call_counts
     GROUP BY organization_id, status HAVING sum(total) <> 0 ORDER BY organization_id, status
    """,
)
EMPTYING: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM call_messages",
    "DELETE FROM calls",
    "DELETE FROM refusals",
    "DELETE FROM edge_events",
)
CALL_REPORTS = st.builds(
    lambda at, call_id, type_, reason, target, life, from_cache: CallReport(
        id=an_id(0xE000 + at % 30),
        event=CallEvent(type=type_, at=NOW + at, reason=reason, sip_code=at % 3 or None),
        call_id=call_id,
        direction=Direction.OUTBOUND if call_id == ANOTHER else Direction.INBOUND,
        origin=lambda: Origin(
            asked=Asked(
                called="07011112222",
                caller="01012345678",
                source="203.0.113.10",
                transport="udp",
                at=NOW + at,
                sip_call_id="",
                edge=LIVES[life],
            ),
            holding=(ACME, NumberId(an_id(0xDEAD)) if call_id == OF_NOBODY else NUMBER),
            agent=mapped(AGENT),
            agent_version="current",
        ),
        from_cache=from_cache,
        target_id=an_id(0x7A),
        target_uri=target,
    ),
    st.integers(0, 60),
    st.sampled_from([KNOWN, ANSWERED_FROM_MEMORY, ANOTHER, OF_NOBODY]),
    st.sampled_from(EventType),
    st.sampled_from([None, EventReason.SOURCE_NOT_ALLOWED, EventReason.TARGET_AUTH_FAILED]),
    st.sampled_from([None, "sip:10.0.0.5:5060", "sip:10.0.0.6:5060"]),
    st.integers(0, 1),
    st.booleans(),
)
OTHER_REPORTS = st.one_of(
    st.builds(
        lambda at: StartReport(id=an_id(0xF000 + at), at=NOW + at, life=LIVES[1]),
        st.integers(0, 60),
    ),
    st.builds(
        lambda at, down: PeerReport(id=an_id(0xF100 + at), at=NOW + at, down=down, uri=None),
        st.integers(0, 60),
        st.booleans(),
    ),
)
# By chance alone hardly any two would be of one call, and a start would hardly ever be among them.
REPORTS = st.lists(
    st.one_of(CALL_REPORTS, CALL_REPORTS, CALL_REPORTS, OTHER_REPORTS), min_size=2, max_size=14
)


def batches(reports: list[Report], cuts: set[int]) -> Iterator[list[Report]]:
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(reports)), len(reports)]
    for begin, end in pairwise(edges):
        yield reports[begin:end]


def become_of(database: Database, some: Iterator[list[Report]]) -> dict[str, Any]:
    """Tell these batches to a control plane that knows one call; answers rows and receipts."""
    with database.writing() as db:
        for emptying in EMPTYING:
            db.run(emptying)
        calls.start(db, A_CALL, ITS_ROUTE)
    told = [call_events.take(database, batch, now=NOW) for batch in some]
    with database.reading() as db:
        found: dict[str, Any] = {sql: [dict(row) for row in db.all(sql)] for sql in ROWS}
    return found | {
        "accepted": sum(receipt.accepted for receipt in told),
        "duplicates": sum(receipt.duplicates for receipt in told),
        "ignored": [one for receipt in told for one in receipt.ignored.items()],
        "ended": sorted((call for each in told for call in each.ended), key=lambda call: call.id),
    }


A_CALL = Call(
    id=KNOWN,
    organization_id=ACME,
    number_id=NUMBER,
    direction=Direction.INBOUND,
    call_type=CallType.INBOUND,
    from_number="01012345678",
    to_number="07011112222",
    created_at=NOW,
    agent=mapped(AGENT),
    agent_version="current",
)
ITS_ROUTE = CallRoute(
    call_id=KNOWN,
    organization_id=ACME,
    asked=Asked(
        called="", caller="", source="", transport="", at=NOW, sip_call_id="", edge=LIVES[0]
    ),
    revision="",
)


@settings(max_examples=15)
@given(reports=REPORTS, cuts=st.sets(st.integers(1, 13)))
def test_any_split_into_batches_leads_to_the_same_rows(
    world: World, reports: list[Report], cuts: set[int]
) -> None:
    with world.database.reading() as db:
        known = db.one_or_none("SELECT id FROM agents")
    if known is None:
        agent = an_agent()
        hook = {"callDataWebhookUrl": "https://example.org/hook", "webhookVersion": None}
        data = {**agent.data, "webhookSettings": hook}
        world.given(replace(agent, data=data), a_called_number())

    one_by_one = become_of(world.database, batches(reports, set(range(len(reports)))))

    assert become_of(world.database, batches(reports, cuts)) == one_by_one
    assert become_of(world.database, batches(reports, set())) == one_by_one
