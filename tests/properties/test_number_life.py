"""Whatever is done in whatever order, numbers live as a small model of them says."""

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

from builders import ACME, AVAILABLE, NUMBERS, PURCHASE, REGISTER, a_line, an_id, path_of
from dialplane.domain.lines import LineType
from dialplane.domain.numbers import Status
from dialplane.domain.values import LineId
from dialplane.store import number_lists
from dialplane.store.database import Database
from dialplane.store.number_lists import NumberFilter
from dialplane.store.pages import PageRequest
from parts.client import Client
from parts.contract import Answer
from parts.counting import require_exact_counts
from parts.life_model import ALL, DAY, Model, ModelLine, ModelNumber
from parts.sweeping import sweep
from parts.world import World

ORGANIZATIONS = st.sampled_from(["acme", "globex"])
LINES = [(an_id(n), f"0702000000{n}", 1_000 * n) for n in range(3)]
ONE = PageRequest(limit=1, descending=True)
TYPES = [LineType.VOIP, LineType.MOBILE, LineType.VOIP]
SPELLINGS = st.sampled_from(
    [("07020000000", "07020000000"), ("827020000001", "07020000001"), ("0311234567", "0311234567")]
)
"""What is sent, and the digits it means; two of them are lines one could also buy."""

OWN_NUMBER = "organization_telephone_number_id"
MEMOS = st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)


class Life(RuleBasedStateMachine):
    """Acme and Globex do things with numbers while time passes."""

    numbers: Bundle[str] = Bundle("numbers")
    agents: Bundle[str] = Bundle("agents")

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__()
        sweep(database)
        self.world = World(database, {"DIALPLANE_DATA_DIR": str(folder)})
        self.model = Model(lines={id_: ModelLine(digits, fee) for id_, digits, fee in LINES})
        for (id_, digits, fee), kind in zip(LINES, TYPES, strict=True):
            line = a_line(id=LineId(id_), number=digits, monthly_fee=fee, line_type=kind)
            self.world.given(line)

    def teardown(self) -> None:
        self.world.close()

    @property
    def now(self) -> int:
        return self.world.clock()

    def client(self, organization: str) -> Client:
        return self.world.acme if organization == "acme" else self.world.globex

    def owner_of(self, number: str) -> Client:
        return self.client(self.model.numbers[number].owner)

    @rule(
        target=numbers,
        organization=ORGANIZATIONS,
        line=st.sampled_from(LINES),
        by=st.sampled_from(["id", "number"]),
        later=st.none() | st.sampled_from([1, DAY, 40 * DAY, 90 * DAY]),
    )
    def purchase(
        self, organization: str, line: tuple[str, str, int], by: str, later: int | None
    ) -> Any:
        line_id, digits, fee = line
        free = line_id in self.model.for_sale(self.now)
        free = free and self.model.holder(digits, self.now) is None
        start = self.now + (later or 0)
        body: dict[str, Any] = {"id": line_id} if by == "id" else {"number": digits}

        answer = self.client(organization).post(
            PURCHASE, body if later is None else body | {"start_at": start}
        )

        if not free:
            assert (answer.status, answer.code) == (409, "NUMBER_UNAVAILABLE")
            return multiple()
        number = ModelNumber(organization, digits, line_id, self.now, start, fee=fee)
        self.model.lines[line_id].available_from = None
        return self._held(answer, number)

    @rule(target=numbers, organization=ORGANIZATIONS, spelling=SPELLINGS)
    def register(self, organization: str, spelling: tuple[str, str]) -> Any:
        sent, digits = spelling
        holder = self.model.holder(digits, self.now)

        answer = self.client(organization).post(
            REGISTER, {"number": sent, "address": "pbx.example.com"}
        )

        if holder is not None:
            own = self.model.numbers[holder].owner == organization
            assert (answer.status, answer.code) == (409, "NUMBER_ALREADY_HELD")
            assert answer.details == ({OWN_NUMBER: holder} if own else {})
            return multiple()
        number = ModelNumber(organization, digits, None, self.now, self.now, sent=sent)
        return self._held(answer, number)

    def _held(self, answer: Answer, number: ModelNumber) -> str:
        assert answer.status == 200, answer.body
        number_id: str = answer.json["id"]
        self.model.numbers[number_id] = number
        return number_id

    @rule(target=agents, organization=ORGANIZATIONS)
    def create_agent(self, organization: str) -> str:
        agent: str = self.client(organization).post("/v3/agents", {"name": "x"}).json["agent_id"]
        self.model.agents[agent] = organization
        return agent

    @rule(agent=agents)
    def delete_agent(self, agent: str) -> None:
        mapped_by = self.model.mapping_numbers(agent, self.now)
        owner = self.model.agents.get(agent, "acme")

        answer = self.client(owner).delete(f"/v3/agents/{agent}")

        if agent not in self.model.agents:
            assert answer.status == 404
        elif mapped_by:
            assert (answer.status, answer.code) == (409, "AGENT_IN_USE")
            assert answer.details == {f"{OWN_NUMBER}s": mapped_by}
        else:
            assert answer.status == 200
            del self.model.agents[agent]

    @rule(number=numbers, direction=st.sampled_from(["inbound", "outbound"]), agent=agents)
    def map_agent(self, number: str, direction: str, agent: str) -> None:
        body = {f"{direction}_agent": {"agent_id": agent}}
        known = self.model.agents.get(agent) == self.model.numbers[number].owner

        answer = self.owner_of(number).patch(path_of(number, "/agent"), body)

        if self._may_change(number, answer) and known:
            assert answer.status == 200
            setattr(self.model.numbers[number], direction, agent)
            self.model.numbers[number].changed = self.now
        elif answer.status != 409:
            assert (answer.status, answer.fields) == (400, [f"{direction}_agent.agent_id"])

    @rule(number=numbers, direction=st.sampled_from(["inbound", "outbound"]))
    def unmap_agent(self, number: str, direction: str) -> None:
        answer = self.owner_of(number).patch(
            path_of(number, "/agent"), {f"{direction}_agent": None}
        )

        if self._may_change(number, answer):
            assert answer.status == 200
            setattr(self.model.numbers[number], direction, None)
            self.model.numbers[number].changed = self.now

    @rule(number=numbers, memo=MEMOS)
    def note(self, number: str, memo: str | None) -> None:
        answer = self.owner_of(number).patch(path_of(number), {"memo": memo})

        if self._may_change(number, answer):
            assert answer.status == 200
            self.model.numbers[number].memo = memo
            self.model.numbers[number].changed = self.now

    def _may_change(self, number: str, answer: Answer) -> bool:
        if self.model.numbers[number].status(self.now) != "expired":
            return True
        assert (answer.status, answer.code) == (409, "NUMBER_EXPIRED")
        return False

    @rule(number=numbers)
    def cancel(self, number: str) -> None:
        answer = self.owner_of(number).delete(path_of(number))

        assert answer.status == 200
        assert answer.json["effective_at"] == self.model.cancel(number, self.now)

    @rule(number=numbers)
    def revoke_cancellation(self, number: str) -> None:
        answer = self.owner_of(number).post(path_of(number, "/revoke-cancel"))

        refused = self.model.keep(number, self.now)
        assert (answer.status, answer.code if refused else None) == (
            409 if refused else 200,
            refused,
        )

    @rule(number=numbers, organization=ORGANIZATIONS)
    def read_as_anybody(self, number: str, organization: str) -> None:
        answer = self.client(organization).get(path_of(number))

        own = self.model.numbers[number].owner == organization
        assert answer.status == (200 if own else 404)

    @rule(
        organization=ORGANIZATIONS,
        statuses=st.sets(st.sampled_from(ALL), min_size=1),
        provider=st.none() | st.sampled_from(["vox", "custom"]),
        order=st.sampled_from(["asc", "desc"]),
    )
    def walk_through_a_list(
        self, organization: str, statuses: set[str], provider: str | None, order: str
    ) -> None:
        wanted = {
            number_id
            for number_id, number in self.model.numbers.items()
            if number.owner == organization
            and number.status(self.now) in statuses
            and provider in {None, "vox" if number.line else "custom"}
        }
        asked: dict[str, Any] = {"status": sorted(statuses), "sort_order": order, "limit": 2}
        asked |= {"provider": provider} if provider else {}

        seen, cursor = [], ""
        while cursor is not None:
            page = self.client(organization).get(NUMBERS, **asked, cursor=cursor).json
            assert page["total_count"] == len(wanted)
            seen += page["items"]
            cursor = page["next_cursor"]

        assert {item["id"] for item in seen} == wanted
        places = [(item["created_at"], item["id"]) for item in seen]
        assert places == sorted(places, reverse=order == "desc")

    @rule(
        kind=st.none() | st.sampled_from(TYPES),
        sort=st.sampled_from(["number", "monthly_fee"]),
        order=st.sampled_from(["asc", "desc"]),
    )
    def walk_through_the_stock(self, kind: str | None, sort: str, order: str) -> None:
        for_sale = self.model.for_sale(self.now)
        of_kind = {LINES[n][0] for n in range(len(LINES)) if kind in {None, TYPES[n]}}
        asked: dict[str, Any] = {"sort_by": sort, "sort_order": order, "limit": 1}
        asked |= {"line_type": kind} if kind else {}

        seen, cursor = [], ""
        while cursor is not None:
            page = self.world.acme.get(AVAILABLE, **asked, cursor=cursor).json
            assert page["total_count"] == len(for_sale & of_kind)
            seen += page["items"]
            cursor = page["next_cursor"]

        assert {item["id"] for item in seen} == for_sale & of_kind
        places = [(item[sort], item["id"]) for item in seen]
        assert places == sorted(places, reverse=order == "desc")

    @rule(span=st.sampled_from([1, DAY, 15 * DAY, 31 * DAY, 400 * DAY]))
    def time_passes(self, span: int) -> None:
        self.world.clock.advance(ms=span)

    @rule(before=st.sampled_from([0, 1]))
    def time_passes_until_something_turns(self, before: int) -> None:
        """To the very millisecond, or to the one before it."""
        turn = self.model.next_turn(self.now)
        self.world.clock.move_to(max(self.now, turn - before))

    @rule()
    def the_worker_passes(self) -> None:
        self.world.the_worker_passes()

    @invariant()
    def numbers_are_as_the_model_says(self) -> None:
        for organization in ("acme", "globex"):
            listed = self.client(organization).get(NUMBERS, status=ALL, limit=100).json["items"]
            told = {item["id"]: {name: item[name] for name in TOLD} for item in listed}
            assert told == {
                number_id: number.told(self.now)
                for number_id, number in self.model.numbers.items()
                if number.owner == organization
            }

    @invariant()
    def active_numbers_are_those_the_plain_list_has(self) -> None:
        listed = self.world.acme.get(NUMBERS, limit=100).json
        active = {
            number_id
            for number_id, number in self.model.numbers.items()
            if number.owner == "acme" and number.status(self.now) == "active"
        }
        assert {item["id"] for item in listed["items"]} == active
        assert listed["total_count"] == len(active)

    @invariant()
    def the_stock_is_as_the_model_says(self) -> None:
        lines = self.world.globex.get(AVAILABLE).json["items"]
        assert {line["id"] for line in lines} == self.model.for_sale(self.now)

    @invariant()
    def every_total_is_exact_at_this_instant(self) -> None:
        own = [number for number in self.model.numbers.values() if number.owner == "acme"]
        with self.world.database.snapshot() as db:
            for status in Status:
                wanted = NumberFilter(statuses=frozenset({status}), provider=None, now=self.now)
                page = number_lists.list_page(db, ACME, wanted, ONE, reading=number_lists.GLANCES)
                assert page.total_count == sum(it.status(self.now) == status for it in own)

    @invariant()
    def what_is_counted_is_what_is_there(self) -> None:
        require_exact_counts(self.world.database)


TOLD = list(ModelNumber("acme", "1", None, 0, 0).told(0))
HOW = settings(max_examples=20, stateful_step_count=35)


def test_numbers_live_as_the_model_says(swept_database: Database, tmp_path: Path) -> None:
    run_state_machine_as_test(lambda: Life(swept_database, tmp_path), settings=HOW)
