"""Buying from a supplier, whatever happens on the way."""

from typing import Any

import pytest

from builders import AVAILABLE, NUMBERS, PURCHASE, REGISTER, path_of
from dialplane.domain.purchases import (
    CERTAIN_AFTER_MS,
    LEASE_MS,
    SEND_WITHIN_MS,
    Problem,
    PurchaseState,
)
from dialplane.domain.values import DAY_MS
from dialplane.store import lines
from dialplane.suppliers.simulated.faults import Fault, Faults
from dialplane.suppliers.supplier import (
    InDoubt,
    LineGone,
    NotReached,
    Refused,
    SupplierFailure,
)
from parts.client import Client
from parts.dumping import dump
from parts.supplied import Buying

LEDGER = "/x/v1/ledger"


def ever(fault: Fault, **how: Any) -> Faults:
    return Faults(fault=fault, share=1.0, **how)


@pytest.fixture
def key(acme: Client) -> Client:
    return acme.sending(idempotency_key="purchase-1")


def first_line(buying: Buying) -> dict[str, Any]:
    return {"number": buying.lines[0]}


class TestBought:
    def test_a_line_of_a_supplier_is_bought_there_and_held_here(
        self, buying: Buying, acme: Client
    ) -> None:
        bought = acme.post(PURCHASE, first_line(buying))

        assert (bought.status, bought.json["number"]) == (200, buying.lines[0])
        (order,) = buying.sold()
        purchase = buying.only_purchase
        assert (order["reference"], order["id"]) == (purchase.id, purchase.handle)
        assert purchase.state is PurchaseState.HELD
        assert [entry["amount"] for entry in acme.get(LEDGER).json["items"]] == [
            bought.json["monthly_fee"]
        ]

    def test_the_answer_is_replayed(self, buying: Buying, key: Client) -> None:
        first, again = (key.post(PURCHASE, first_line(buying)) for _ in range(2))

        assert (again.replayed, again.body) == (True, first.body)
        assert len(buying.sold()) == 1

    def test_a_line_of_our_own_asks_nobody(self, buying: Buying, acme: Client) -> None:
        with buying.world.database.writing() as db:
            db.run("UPDATE lines SET supplier_id = NULL")

        assert acme.post(PURCHASE, first_line(buying)).status == 200
        assert (buying.purchases(), buying.sold()) == ([], [])

    def test_a_dry_run_asks_nobody_and_tells_the_number(self, buying: Buying, acme: Client) -> None:
        before = dump(buying.world.database)

        told = acme.post(f"{PURCHASE}?dry_run=true", first_line(buying)).json

        (change,) = told["changes"]
        assert change["event"] == "number.purchased"
        assert change["fields"]["number"]["after"] == buying.lines[0]
        assert (buying.sold(), buying.server.stock.asked) == ([], {})
        assert dump(buying.world.database) == before


class TestRefused:
    def test_a_line_that_is_gone_is_unavailable_and_leaves_the_stock(
        self, buying: Buying, key: Client
    ) -> None:
        buying.server.stock.lose(buying.lines[0])

        first = key.post(PURCHASE, first_line(buying))
        again = key.post(PURCHASE, first_line(buying))

        assert (first.status, first.code) == (409, "NUMBER_UNAVAILABLE")
        assert (again.body, again.replayed) == (first.body, True)
        assert key.get(AVAILABLE).json["total_count"] == 4
        assert key.get(LEDGER).json["balance"] == 0

    def test_a_supplier_that_cannot_be_reached_sells_nothing_and_may_be_tried_again(
        self, buying: Buying, key: Client
    ) -> None:
        buying.server.shutdown()
        buying.server.server_close()

        refused = key.post(PURCHASE, first_line(buying))

        assert (refused.status, refused.code) == (503, "UNAVAILABLE")
        assert refused.headers["retry-after"] == "1"
        assert buying.only_purchase.problem is Problem.NOT_REACHED
        assert key.get(AVAILABLE).json["total_count"] == 5
        assert key.post(PURCHASE, first_line(buying)).status == 503
        assert len(buying.purchases()) == 2

    def test_a_process_that_was_held_up_sends_no_order_any_more(
        self, buying: Buying, acme: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = buying.world.clock
        ask = buying.world.parts.buyer.ask

        def after_a_pause(purchase: Any) -> Any:
            clock.advance(ms=SEND_WITHIN_MS + 1)
            return ask(purchase)

        monkeypatch.setattr(buying.world.parts.buyer, "ask", after_a_pause)

        assert acme.post(PURCHASE, first_line(buying)).status == 503
        assert buying.server.stock.asked == {}


class TestInDoubt:
    def test_an_error_after_the_sale_is_looked_up_at_once(
        self, buying: Buying, acme: Client
    ) -> None:
        buying.server.faults = Faults(fault=Fault.DUPLICATE, share=1.0)

        assert acme.post(PURCHASE, first_line(buying)).status == 200
        assert len(buying.sold()) == 1

    def test_what_is_not_known_is_not_claimed(self, buying: Buying, acme: Client) -> None:
        buying.server.faults = ever(Fault.ERROR_AFTER)

        told = acme.sending(x_request_id="checkout-1").post(PURCHASE, first_line(buying))

        assert (told.status, told.code) == (503, "UNAVAILABLE")
        assert told.details == {"purchase_id": buying.only_purchase.id}
        assert acme.get(NUMBERS).json["total_count"] == 0
        assert acme.get(AVAILABLE).json["total_count"] == 4

    def test_a_purchase_in_doubt_is_found_by_its_request(
        self, buying: Buying, acme: Client
    ) -> None:
        buying.server.faults = ever(Fault.ERROR_AFTER)
        acme.sending(x_request_id="checkout-1").post(PURCHASE, first_line(buying))

        (found,) = acme.get("/x/v1/purchases", request_id="checkout-1").json["items"]
        one = acme.get(f"/x/v1/purchases/{found['id']}")

        assert one.json == found
        assert (found["status"], found["number"]) == ("pending", buying.lines[0])
        assert buying.world.globex.get(f"/x/v1/purchases/{found['id']}").status == 404

    def test_the_worker_finishes_it_and_the_key_replays_what_came_of_it(
        self, buying: Buying, key: Client
    ) -> None:
        buying.server.faults = ever(Fault.ERROR_AFTER)
        doubtful = key.post(PURCHASE, first_line(buying))
        still = key.post(PURCHASE, first_line(buying))
        buying.server.faults = Faults()
        buying.world.clock.advance(seconds=5)

        buying.reconcile()
        settled = key.post(PURCHASE, first_line(buying))

        assert (doubtful.status, still.status, still.body) == (503, 503, doubtful.body)
        assert settled.status == 200
        assert key.post(PURCHASE, first_line(buying)).replayed
        assert buying.server.stock.asked == {buying.only_purchase.id: 1}
        assert key.get(LEDGER).json["balance"] == settled.json["monthly_fee"]

    def test_the_same_key_with_another_body_is_refused(self, buying: Buying, key: Client) -> None:
        buying.server.faults = ever(Fault.ERROR_AFTER)
        key.post(PURCHASE, first_line(buying))

        other = key.post(PURCHASE, first_line(buying) | {"memo": "x"})

        assert (other.status, other.code) == (409, "IDEMPOTENCY_KEY_REUSED")

    def test_an_order_that_never_arrived_frees_the_line_when_that_is_certain(
        self, buying: Buying, key: Client
    ) -> None:
        buying.server.faults = ever(Fault.ERROR_BEFORE)
        key.post(PURCHASE, first_line(buying))
        buying.server.faults = Faults()
        buying.world.clock.advance(seconds=5)

        buying.reconcile()
        assert key.get(AVAILABLE).json["total_count"] == 4
        buying.world.clock.advance(ms=CERTAIN_AFTER_MS)
        buying.reconcile()

        assert key.get(AVAILABLE).json["total_count"] == 5
        assert key.post(PURCHASE, first_line(buying)).status == 200
        assert len(buying.sold()) == 1

    def test_an_order_that_arrives_after_all_is_given_back(
        self, buying: Buying, acme: Client
    ) -> None:
        buying.server.faults = ever(Fault.ERROR_BEFORE)
        acme.post(PURCHASE, first_line(buying))
        buying.server.faults = Faults()
        buying.world.clock.advance(ms=CERTAIN_AFTER_MS)
        buying.reconcile()
        buying.server.stock.sell(buying.lines[0], buying.only_purchase.id)

        buying.world.clock.advance(ms=DAY_MS + CERTAIN_AFTER_MS)
        buying.reconcile()
        buying.reconcile()

        assert buying.only_purchase.state is PurchaseState.RETURNED
        assert buying.sold() == []

    def test_a_number_somebody_brought_along_meanwhile_is_given_back(
        self, buying: Buying, acme: Client
    ) -> None:
        buying.server.faults = ever(Fault.ERROR_AFTER)
        acme.post(PURCHASE, first_line(buying))
        buying.world.globex.post(REGISTER, first_line(buying) | {"address": "pbx.example.com"})
        buying.server.faults = Faults()
        buying.world.clock.advance(seconds=5)

        buying.reconcile()
        buying.reconcile()

        assert buying.only_purchase.problem is Problem.HELD_BY_ANOTHER
        assert (buying.only_purchase.state, buying.sold()) == (PurchaseState.RETURNED, [])
        assert acme.get(LEDGER).json["balance"] == 0

    def test_two_workers_do_not_act_on_the_same_purchase(
        self, buying: Buying, acme: Client
    ) -> None:
        buying.server.faults = ever(Fault.ERROR_AFTER)
        acme.post(PURCHASE, first_line(buying))
        buying.world.clock.advance(seconds=5)

        assert [buying.reconcile(), buying.reconcile()] == [1, 0]
        buying.world.clock.advance(ms=LEASE_MS)
        assert buying.reconcile() == 1

    def test_a_crash_before_the_order_leaves_no_trace(self, buying: Buying, acme: Client) -> None:
        self._crash_at_asking(buying, acme)
        buying.world.clock.advance(ms=CERTAIN_AFTER_MS)

        buying.reconcile()

        assert acme.get(AVAILABLE).json["total_count"] == 5
        assert buying.server.stock.asked == {}

    def _crash_at_asking(self, buying: Buying, acme: Client) -> None:
        buyer = buying.world.parts.buyer

        def crash(_: Any) -> Any:
            raise KeyboardInterrupt

        original, buyer.ask = buyer.ask, crash  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            acme.post(PURCHASE, first_line(buying))
        buyer.ask = original  # type: ignore[method-assign]


class TestGivenBack:
    def test_the_line_goes_back_when_the_service_has_ended(
        self, buying: Buying, acme: Client
    ) -> None:
        number = acme.post(PURCHASE, first_line(buying)).json["id"]
        acme.delete(path_of(number))
        assert len(buying.sold()) == 1
        buying.world.clock.advance(days=32)

        buying.world.the_worker_passes()
        buying.reconcile()

        assert (buying.sold(), buying.server.stock.released) == ([], 1)
        assert buying.only_purchase.state is PurchaseState.RETURNED
        assert acme.get(AVAILABLE).json["total_count"] == 4

    def test_a_withdrawn_cancellation_keeps_it(self, buying: Buying, acme: Client) -> None:
        number = acme.post(PURCHASE, first_line(buying)).json["id"]
        acme.delete(path_of(number))
        acme.post(path_of(number, "/revoke-cancel"))
        buying.world.clock.advance(days=32)

        buying.world.the_worker_passes()
        buying.reconcile()

        assert len(buying.sold()) == 1

    def test_a_service_that_never_began_gives_it_back_at_once(
        self, buying: Buying, acme: Client
    ) -> None:
        begins = {"start_at": buying.world.clock() + DAY_MS}
        number = acme.post(PURCHASE, first_line(buying) | begins).json["id"]

        acme.delete(path_of(number))
        buying.reconcile()

        assert buying.sold() == []

    def test_a_return_whose_answer_was_lost_is_tried_again(
        self, buying: Buying, acme: Client
    ) -> None:
        number = acme.post(PURCHASE, first_line(buying)).json["id"]
        acme.delete(path_of(number))
        buying.world.clock.advance(days=32)
        buying.world.the_worker_passes()
        buying.server.faults = ever(Fault.ERROR_AFTER)
        buying.reconcile()
        buying.server.faults = Faults()
        buying.world.clock.advance(seconds=5)

        buying.reconcile()

        assert buying.only_purchase.state is PurchaseState.RETURNED


def test_a_line_taken_for_nothing_is_put_back_as_it_was(buying: Buying) -> None:
    with buying.world.database.writing() as db:
        line = lines.find(db, "live", line_id=None, number=buying.lines[0])
        assert line is not None
        lines.take(db, "live", line.id, now=buying.world.clock())
        lines.put_back(db, "live", line.id)

        assert lines.get(db, "live", line.id) == line


@pytest.mark.parametrize(
    ("failure", "helps"),
    [(NotReached, True), (InDoubt, False), (Refused, False), (LineGone, False)],
)
def test_failures_say_whether_asking_again_helps(
    failure: type[SupplierFailure], *, helps: bool
) -> None:
    assert failure.retry_helps is helps
