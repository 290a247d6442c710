"""Over years and whatever is done in them, the ledger is what a calendar says, entry by entry."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from builders import PURCHASE, a_line, an_id, path_of
from dialplane.domain.values import LineId
from dialplane.operations import ledger
from dialplane.store.database import Database
from parts.client import Client
from parts.clock import SEOUL, in_seoul
from parts.sweeping import sweep
from parts.world import World

LINES = [(an_id(n), f"0702000000{n}", fee) for n, fee in enumerate((0, 7_700, 33_000))]
BEGINNINGS = st.sampled_from(
    ["2023-12-31 23:59:59.999", "2024-01-29 10:00", "2024-01-31 00:00", "2025-10-30 15:15:55.722"]
)
SPANS = st.sampled_from(
    [1, 3_600_000, 86_400_000, 27 * 86_400_000, 31 * 86_400_000, 400 * 86_400_000]
)


def months_after(start: datetime, months: int) -> datetime:
    """Counted from the first day and clamped to the month's end; another way than the product's."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


@dataclass
class Bought:
    """A number as its owner's bill should see it: what was bought, and until when it runs."""

    owner: str
    fee: int
    start: datetime
    end: datetime | None = None
    cancelled: list[int] = field(default_factory=list)
    never_began: bool = False

    def periods(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """Those that have to be paid for by `now`; the first is paid with the purchase."""
        found = [(self.start, months_after(self.start, 1))]
        while found[-1][1] <= now and (self.end is None or found[-1][1] < self.end):
            months = len(found)
            found.append((months_after(self.start, months), months_after(self.start, months + 1)))
        return found

    def owed(self, now: datetime) -> int:
        return 0 if self.never_began else self.fee * len(self.periods(now))


class Years(RuleBasedStateMachine):
    """Acme and Globex buy, cancel and change their minds; sometimes the worker is away."""

    numbers: Bundle[str] = Bundle("numbers")

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__()
        sweep(database)
        self.world = World(database, {"DIALPLANE_DATA_DIR": str(folder)})
        self.world.clock.move_to(in_seoul("2023-11-30 12:00"))
        self.bought: dict[str, Bought] = {}
        for id_, digits, fee in LINES:
            self.world.given(a_line(id=LineId(id_), number=digits, monthly_fee=fee))

    def teardown(self) -> None:
        self.world.close()

    @property
    def now(self) -> datetime:
        return at(self.world.clock())

    def client(self, owner: str) -> Client:
        return self.world.acme if owner == "acme" else self.world.globex

    @rule(beginning=BEGINNINGS)
    def a_beginning_comes(self, beginning: str) -> None:
        """Days that later months do not have."""
        self.world.clock.move_to(max(self.world.clock(), in_seoul(beginning)))

    @rule(span=SPANS)
    def time_passes(self, span: int) -> None:
        self.world.clock.advance(ms=span)

    @rule(
        target=numbers,
        owner=st.sampled_from(["acme", "globex"]),
        line=st.sampled_from(LINES),
        later=st.sampled_from([0, 0, 1, 40 * 86_400_000]),
    )
    def purchase(self, owner: str, line: tuple[str, str, int], later: int) -> Any:
        start = self.world.clock() + later
        body: dict[str, Any] = {"id": line[0]} | ({"start_at": start} if later else {})
        answer = self.client(owner).post(PURCHASE, body)
        if answer.status != 200:
            return multiple()
        number: str = answer.json["id"]
        self.bought[number] = Bought(owner, line[2], at(start))
        return number

    @rule(number=numbers)
    def cancel(self, number: str) -> None:
        held = self.bought[number]
        if held.end is not None:
            self.client(held.owner).delete(path_of(number))
            return
        effective: int = self.client(held.owner).delete(path_of(number)).json["effective_at"]
        held.end = held.periods(self.now)[-1][1] if held.start <= self.now else self.now
        held.never_began = held.start > self.now
        held.cancelled.append(-held.fee if held.never_began else 0)
        assert at(effective) == held.end

    @rule(number=numbers)
    def revoke(self, number: str) -> None:
        held = self.bought[number]
        answer = self.client(held.owner).post(path_of(number, "/revoke-cancel"))
        if answer.status == 200:
            held.end = None

    @rule()
    def the_worker_passes(self) -> None:
        self.world.the_worker_passes()

    @invariant()
    def the_ledger_is_exact(self) -> None:
        ledger.charge_all(self.world.database, now=self.world.clock())
        for owner in ("acme", "globex"):
            self._check(owner)

    def _check(self, owner: str) -> None:
        entries = entries_of(self.client(owner))
        mine = {id_: each for id_, each in self.bought.items() if each.owner == owner}
        balance = 0
        for position, entry in enumerate(entries, 1):
            balance += entry["amount"]
            assert (entry["position"], entry["balance"]) == (position, balance)
        told = self.client(owner).get("/x/v1/ledger", limit=1).json
        assert told["balance"] == balance == sum(each.owed(self.now) for each in mine.values())
        for id_, each in mine.items():
            of_it = [x for x in entries if x["organization_telephone_number_id"] == id_]
            paid = [x for x in of_it if x["cause"] != "cancellation"]
            assert [x["cause"] for x in paid] == ["purchase", *["monthly_fee"] * (len(paid) - 1)]
            assert [(at(x["period_start"]), at(x["period_end"])) for x in paid] == each.periods(
                self.now
            )
            assert [x["amount"] for x in of_it if x not in paid] == each.cancelled


def at(instant: int) -> datetime:
    return datetime.fromtimestamp(0, SEOUL) + timedelta(milliseconds=instant)


def entries_of(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get("/x/v1/ledger", limit=100, cursor=cursor).json
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = page["next_cursor"]


def test_the_ledger_is_what_a_calendar_says(swept_database: Database, tmp_path: Path) -> None:
    run_state_machine_as_test(
        lambda: Years(swept_database, tmp_path),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
        ),
    )
