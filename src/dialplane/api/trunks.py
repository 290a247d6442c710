"""Trunks over HTTP: examining one."""

import re
from threading import BoundedSemaphore
from typing import Final

from dialplane.api.parts import Parts
from dialplane.api.queries import NoQuery
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Shape
from dialplane.api.trunk_wording import step_body
from dialplane.domain.callers import Scope
from dialplane.domain.errors import Invalid, RateLimited
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.trunk_checks import TrunkReport
from dialplane.operations import trunk_checks as operations
from dialplane.operations.changes import Answer
from dialplane.store import peers
from dialplane.store import trunks as store

# Each holds one of the threads that answer requests, for seconds if the peer is slow.
AT_ONCE: Final = 2
RETRY_AFTER_MS: Final = 2_000
_TRUNK_ID: Final = re.compile(r"ST_[0-9A-Za-z]{12}")


def require_trunk_id(text: str) -> None:
    if not _TRUNK_ID.fullmatch(text):
        raise Invalid.one("trunk_id", "not_trunk_id")


class TrunkCheck(Resource):
    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._places = BoundedSemaphore(AT_ONCE)

    @operation(Scope.WRITE, NoQuery)
    def on_post(self, request: Request, trunk_id: str) -> Answer:
        require_trunk_id(trunk_id)
        request.body_or_default(Shape)
        caller = request.caller
        # Nothing is read or held any more while the peer is asked.
        with self.parts.database.reading() as db:
            number = store.get_number(db, caller.organization_id, trunk_id)
            refused_at = peers.find_login_refused_at(db, number.sip.outbound_trunk_id or trunk_id)
        target = operations.target_of(self.parts.box, number, now=caller.now)
        if not self._places.acquire(blocking=False):
            raise RateLimited(RETRY_AFTER_MS)
        try:
            report = self.parts.trunk_doctor().examine(target)
        finally:
            self._places.release()
        told = _told(trunk_id, number, report, request)
        return answer(told | {"login_refused_at": refused_at})


def _told(
    trunk_id: str, number: HeldNumber, report: TrunkReport, request: Request
) -> dict[str, object]:
    return {
        "trunk_id": trunk_id,
        "organization_telephone_number_id": number.id,
        "address": number.sip.address,
        "verdict": report.verdict,
        "checked_at": request.caller.now,
        "duration_ms": report.duration_ms,
        "steps": [step_body(each, request.language) for each in report.steps],
    }
