"""Calls in SQL."""

import pytest

from builders import ACME, NOW, an_id
from dialplane.domain.calls import Asked, Call, CallId, CallRoute, CallType, Direction
from dialplane.store import calls
from dialplane.store.database import Contended
from parts.world import World

CALL = Call(
    id=CallId(an_id(0xCA11)),
    organization_id=ACME,
    direction=Direction.INBOUND,
    call_type=CallType.INBOUND,
    from_number="01012345678",
    to_number="07011112222",
    created_at=NOW,
)
ROUTE = CallRoute(
    call_id=CALL.id,
    organization_id=ACME,
    asked=Asked(called="", caller="", source="", transport="", at=NOW, sip_call_id=""),
    revision="",
)


def test_who_starts_a_call_that_somebody_has_started_meanwhile_has_to_look_again(
    world: World,
) -> None:
    with world.database.writing() as db:
        calls.start(db, CALL, ROUTE)

    with pytest.raises(Contended), world.database.writing() as db:
        calls.start_each(db, [(CALL, ROUTE)])
