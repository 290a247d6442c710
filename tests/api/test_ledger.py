"""What numbers cost: paid ahead, period by period, entered once."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, LiteralString

import pytest

from builders import a_line
from dialplane.operations import ledger
from dialplane.store.database import Writer
from parts.client import Client
from parts.clock import in_seoul
from parts.world import World

LEDGER = "/x/v1/ledger"
FEE = 7_700


def buy(world: World, acme: Client, **body: Any) -> str:
    """Buy the only line there is; answers the path of the number."""
    line = a_line(monthly_fee=FEE)
    world.given(line)
    held = acme.post("/v3/telephone-numbers/purchase", {"id": line.id, **body})
    assert held.status == 200
    return f"/v3/organization-telephone-numbers/{held.json['id']}"


def entries(world: World, acme: Client) -> list[tuple[str, int]]:
    """Cause and amount of every entry, once the worker has come by."""
    ledger.charge_all(world.database, now=world.clock())
    return [(entry["cause"], entry["amount"]) for entry in acme.get(LEDGER).json["items"]]


class TestCharges:
    def test_a_purchase_pays_for_the_first_period(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        buy(world, acme)

        (entry,) = acme.get(LEDGER).json["items"]

        assert (entry["cause"], entry["amount"], entry["balance"]) == ("purchase", FEE, FEE)
        assert entry["period_start"] == in_seoul("2026-01-31 10:00")
        assert entry["period_end"] == in_seoul("2026-02-28 10:00")

    def test_each_further_period_is_paid_for_as_it_begins(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        buy(world, acme)

        world.clock.move_to(in_seoul("2026-02-28 09:59:59.999"))
        assert len(entries(world, acme)) == 1
        world.clock.move_to(in_seoul("2026-02-28 10:00"))
        assert entries(world, acme)[1:] == [("monthly_fee", FEE)]
        world.clock.move_to(in_seoul("2026-03-31 10:00"))
        assert entries(world, acme)[1:] == [("monthly_fee", FEE)] * 2

    def test_a_worker_that_was_away_for_months_leaves_out_none(
        self, world: World, acme: Client
    ) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        buy(world, acme)
        world.clock.move_to(in_seoul("2027-01-31 10:00"))

        assert len(entries(world, acme)) == 13
        assert acme.get(LEDGER).json["balance"] == 13 * FEE

    def test_nothing_is_owed_beyond_the_end(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        path = buy(world, acme)
        acme.delete(path)
        world.clock.move_to(in_seoul("2027-01-31 10:00"))
        world.the_worker_passes()

        assert entries(world, acme) == [("purchase", FEE), ("cancellation", 0)]

    def test_an_end_that_was_written_down_first_forgives_no_period(
        self, world: World, acme: Client
    ) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        path = buy(world, acme)
        world.clock.move_to(in_seoul("2026-03-15 10:00"))
        acme.delete(path)
        world.clock.move_to(in_seoul("2026-05-01 10:00"))
        world.the_worker_passes()

        assert entries(world, acme) == [
            ("purchase", FEE),
            ("monthly_fee", FEE),
            ("cancellation", 0),
        ]

    def test_a_withdrawn_cancellation_is_paid_for_again(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        path = buy(world, acme)
        acme.delete(path)
        acme.post(f"{path}/revoke-cancel")
        world.clock.move_to(in_seoul("2026-02-28 10:00"))

        assert entries(world, acme)[-1] == ("monthly_fee", FEE)

    def test_a_service_that_never_began_costs_nothing(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-01 10:00"))
        path = buy(world, acme, start_at=in_seoul("2026-01-31 10:00"))
        acme.delete(path)
        world.clock.move_to(in_seoul("2026-06-01 10:00"))

        assert entries(world, acme) == [("purchase", FEE), ("cancellation", -FEE)]
        assert acme.get(LEDGER).json["balance"] == 0

    def test_a_brought_number_costs_nothing(self, world: World, acme: Client) -> None:
        acme.post("/v3/telephone-numbers/register", {"number": "0212345678", "address": "1.2.3.4"})

        assert entries(world, acme) == []

    def test_several_workers_charge_each_period_once(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        buy(world, acme)
        world.clock.move_to(in_seoul("2027-01-31 10:00"))

        with ThreadPoolExecutor(4) as workers:
            now = world.clock()
            list(workers.map(lambda _: ledger.charge_all(world.database, now=now), range(4)))

        assert len(entries(world, acme)) == 13

    def test_a_sandbox_is_charged_by_its_own_clock(self, world: World, acme: Client) -> None:
        made = acme.post("/x/v1/keys", {"name": "t", "mode": "test"}).json
        sandbox = world.holding(made["token"])
        number = sandbox.get("/v3/telephone-numbers/available").json["items"][0]["number"]
        sandbox.post("/v3/telephone-numbers/purchase", {"number": number})
        sandbox.post("/x/v1/test-clock/advance", {"by_ms": 35 * 86_400_000})

        assert [cause for cause, _ in entries(world, sandbox)] == ["purchase", "monthly_fee"]
        assert entries(world, acme) == []


class TestReading:
    def test_the_balance_is_the_sum_of_the_entries(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        acme.delete(buy(world, acme))

        told = acme.get(LEDGER).json

        assert told["balance"] == sum(entry["amount"] for entry in told["items"])
        assert [entry["position"] for entry in told["items"]] == [1, 2]

    def test_entries_can_be_narrowed_to_a_number(self, world: World, acme: Client) -> None:
        path = buy(world, acme)
        number_id = path.rpartition("/")[2]

        mine = acme.get(f"{LEDGER}?organization_telephone_number_id={number_id}").json["items"]

        assert [entry["organization_telephone_number_id"] for entry in mine] == [number_id]

    def test_the_csv_has_the_same_entries(self, world: World, acme: Client) -> None:
        world.clock.move_to(in_seoul("2026-01-31 10:00"))
        acme.delete(buy(world, acme))

        rows = list(csv.DictReader(io.StringIO(acme.get(f"{LEDGER}.csv").body.decode())))

        told = acme.get(LEDGER).json["items"]
        assert rows == [{name: str(value) for name, value in entry.items()} for entry in told]

    def test_nobody_reads_the_ledger_of_others(self, world: World, acme: Client) -> None:
        buy(world, acme)

        assert world.globex.get(LEDGER).json["items"] == []
        assert len(world.globex.get(f"{LEDGER}.csv").body.splitlines()) == 1


class TestEntries:
    """Never edited: the database itself refuses, whoever asks."""

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE ledger SET amount = 0", "DELETE FROM ledger", "UPDATE ledger SET id = id"],
    )
    def test_are_neither_changed_nor_deleted(
        self, world: World, acme: Client, statement: LiteralString
    ) -> None:
        buy(world, acme)
        told = acme.get(LEDGER).body

        with pytest.raises(Exception, match=r"never (changed|deleted)"), _writing(world) as db:
            db.run(statement)

        assert acme.get(LEDGER).body == told

    def test_are_not_truncated_either(self, world: World, acme: Client) -> None:
        buy(world, acme)

        with _writing(world) as db:
            if db.dialect == "sqlite":  # it has no such statement
                return
        with pytest.raises(Exception, match="never changed"), _writing(world) as db:
            db.run("TRUNCATE ledger")


def _writing(world: World) -> AbstractContextManager[Writer]:
    return world.database.writing()
