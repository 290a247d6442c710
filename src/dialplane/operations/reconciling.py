"""Finding out what became of purchases nobody could finish, and giving back what nobody holds.

Any number of workers may do this at once and die at any line: each has a purchase to itself for a
while, and asks the supplier before it acts. Nothing is ever ordered here.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.purchases import Problem, Purchase, PurchaseState
from dialplane.domain.values import Millis
from dialplane.operations.purchases import Connect, TakenOver, conclude
from dialplane.operations.transactions import in_transaction
from dialplane.store import purchases
from dialplane.store.database import Database
from dialplane.suppliers.supplier import (
    NotReached,
    Order,
    OrderState,
    Supplier,
    SupplierFailure,
)

BATCH: Final = 100
AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """Looks after every purchase that is due."""

    database: Database
    connect: Connect
    clock: Callable[[], Millis]

    def round(self) -> int:
        """Look at what is due; answers how many purchases that were."""
        with self.database.reading() as db:
            due = purchases.due(db, now=self.clock(), limit=BATCH)
        if due:
            with ThreadPoolExecutor(AT_ONCE) as threads:
                list(threads.map(self._look_at, due))
        return len(due)

    def _look_at(self, seen: Purchase) -> None:
        now = self.clock()
        purchase = in_transaction(
            self.database.writing, lambda db: purchases.take(db, seen, now=now)
        )
        if purchase is None:
            return
        try:
            supplier = self.connect(purchase.supplier_id)
            self._act(purchase, supplier, supplier.find(purchase.id))
        except SupplierFailure as failure:
            reached = not isinstance(failure, NotReached)
            problem = Problem.IN_DOUBT if reached else Problem.NOT_REACHED
            self._save(purchase.later(problem, now=self.clock()))

    def _act(self, purchase: Purchase, supplier: Supplier, orders: Sequence[Order]) -> None:
        bought = [order for order in orders if order.state is OrderState.COMPLETE]
        if any(order.state is OrderState.PENDING for order in orders):
            self._save(purchase.later(Problem.IN_DOUBT, now=self.clock()))
        elif purchase.state is PurchaseState.BUYING:
            self._finish(purchase, supplier, bought, failed=len(orders) > len(bought))
        elif purchase.state is PurchaseState.RETURNING:
            for order in bought:
                supplier.release(order)
            self._save(purchase.returned(now=self.clock()))
        elif bought:
            # It arrived after it was taken for lost; its line may have been sold anew since.
            self._save(purchase.returning(purchase.problem, now=self.clock()))
        else:
            self._save(purchase.still_nothing(now=self.clock()))

    def _finish(
        self, purchase: Purchase, supplier: Supplier, bought: Sequence[Order], *, failed: bool
    ) -> None:
        for surplus in bought[1:]:
            supplier.release(surplus)
        if bought:
            self._conclude(purchase, bought[0])
        elif failed:
            self._conclude(purchase, Problem.GONE)
        elif purchase.certain(self.clock()):
            self._conclude(purchase, Problem.NEVER_ARRIVED)
        else:
            self._save(purchase.later(Problem.IN_DOUBT, now=self.clock()))

    def _conclude(self, purchase: Purchase, outcome: Order | Problem) -> None:
        try:
            in_transaction(
                self.database.writing, lambda db: conclude(db, purchase, outcome, now=self.clock())
            )
        except TakenOver:
            return

    def _save(self, purchase: Purchase) -> None:
        in_transaction(self.database.writing, lambda db: purchases.save(db, purchase))
