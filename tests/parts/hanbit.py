"""The travel agency of the demo, on a server of its own, for tests that look at the console."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from builders import an_id
from dialplane.cli import sample
from dialplane.cli.sample import Tokens
from dialplane.domain.calls import Call, CallEvent, CallId, CallType, Direction, EventType
from dialplane.domain.disconnections import EventReason, Party
from dialplane.domain.values import DAY_MS, Millis
from dialplane.main import database_of, secret_box_of
from dialplane.operations.numbers import NumberPolicy
from dialplane.settings import read_settings
from dialplane.store import calls, peers
from dialplane.store.database import Writer
from dialplane.store.migrate import migrate
from parts.browser import Look, Screen
from parts.client import Client
from parts.server import Server

_EVERY_STATUS: Final = "status=active&status=scheduled&status=cancel_requested&status=expired"


MAIN: Final = "07000001001"
BROUGHT: Final = "0317770100"
GIVEN_UP: Final = "0200001001"
COMING: Final = "0800001001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the server keeps its things."""

    data_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DIALPLANE_DATABASE_URL": "",
            "DIALPLANE_DATA_DIR": str(self.data_dir),
            "DIALPLANE_ALLOW_PRIVATE_SIP": "1",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanbit:
    """A client of the agency, and the keys it has."""

    server: Server
    client: Client
    tokens: Tokens

    @property
    def url(self) -> str:
        return self.server.url

    def number(self, digits: str) -> dict[str, Any]:
        """A held number as the API tells it."""
        page = self.client.get("/v3/organization-telephone-numbers?" + _EVERY_STATUS).json
        found: dict[str, Any] = next(each for each in page["items"] if each["number"] == digits)
        return found

    def routing(self, digits: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(
            f"/x/v1/numbers/{self.number(digits)['id']}/routing"
        ).json
        return found

    def charges(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.client.get("/x/v1/ledger", limit=100).json["items"]
        return entries

    @staticmethod
    def in_seoul(instant: int) -> str:
        """As a `time` element tells it."""
        there = datetime.fromtimestamp(instant / 1000, timezone(timedelta(hours=9)))
        return there.isoformat(timespec="milliseconds")


Opens = Callable[[Look], Screen]


HOUR_MS: Final = 3_600_000
OUTAGE_MS: Final = 90 * 60_000


def _given_an_outage(db: Writer, *, now: Millis) -> None:
    """All peers have answered for weeks, but for one and a half hours this morning."""
    for peer in peers.to_ping(db, after="", limit=100):
        peers.mark(db, peer.uri, down=False, at=now - 20 * DAY_MS, sip_code=200)
        peers.mark(db, peer.uri, down=True, at=now - 4 * OUTAGE_MS, sip_code=408)
        peers.mark(db, peer.uri, down=False, at=now - 3 * OUTAGE_MS, sip_code=200)


CALLS_OF_EACH_HOUR: Final = (3, 5, 9, 12, 7, 10, 6, 4, 2, 0, 0, 1)


def _given_calls(db: Writer, *, now: Millis) -> None:
    """The agency has been called all day; no agent took every fourth call."""
    number = db.one_or_none("SELECT * FROM telephone_numbers WHERE number = :it", it=BROUGHT)
    assert number is not None
    hours = [hour for hour, count in enumerate(CALLS_OF_EACH_HOUR) for _ in range(count)]
    for place, hour in enumerate(hours):
        call = Call(
            id=CallId(an_id(place)),
            organization_id=number["organization_id"],
            number_id=number["id"],
            direction=Direction.INBOUND,
            call_type=CallType.INBOUND,
            from_number=f"0101000{place:04}",
            to_number=BROUGHT,
            created_at=now - (hour + 1) * HOUR_MS,
        )
        began, over = call.created_at + 2_000, call.created_at + 90_000 + place * 1_000
        answered = CallEvent(type=EventType.ANSWERED, at=began)
        hung_up = CallEvent(type=EventType.ENDED, at=over, hung_up_by=Party.CALLER)
        missed = CallEvent(type=EventType.FAILED, at=over, reason=EventReason.NO_ANSWER)
        calls.add(db, call.told(missed) if place % 4 == 0 else call.told(answered).told(hung_up))


def given_the_sample(home: Home) -> Tokens:
    settings = read_settings(home.environment)
    database = database_of(settings)
    now = time.time_ns() // 1_000_000
    migrate(database, now=now)
    with database.writing() as db:
        policy = NumberPolicy(allow_private_sip=True)
        tokens = sample.make(db, secret_box_of(settings), policy, now=now)
        _given_an_outage(db, now=now)
        _given_calls(db, now=now)
    database.close()
    return tokens
