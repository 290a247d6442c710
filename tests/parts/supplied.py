"""Acme buying from the simulated supplier, over HTTP on this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from builders import ACME, DIGITS, EARLIER, KEY, LINE, NOW, a_line
from dialplane.domain.purchases import Purchase, PurchaseId, PurchaseState
from dialplane.domain.suppliers import KnownSupplier, PriceRule, SupplierId, SupplierKind
from dialplane.operations.reconciling import Reconciler
from dialplane.store import purchases, suppliers
from dialplane.store.database import Database
from dialplane.store.secret_box import FOR_SUPPLIERS, SecretBox
from dialplane.suppliers.opening import open_supplier
from dialplane.suppliers.simulated.server import SimulatedSupplier
from dialplane.suppliers.simulated.stock import Stock, some_lines
from dialplane.suppliers.supplier import Supplier
from parts.world import World

TOKEN: Final = "simulated-token"
SUPPLIER: Final = SupplierId("01927f5e-8c4a-7b1e-9d3f-770000000001")


@contextmanager
def a_simulated_supplier(lines: int) -> Iterator[SimulatedSupplier]:
    server = SimulatedSupplier(0, Stock(some_lines(lines)), token=TOKEN)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def an_account(url: str, box: SecretBox) -> KnownSupplier:
    return KnownSupplier(
        id=SUPPLIER,
        name="paper",
        kind=SupplierKind.SIMULATED,
        url=url,
        sealed_token=box.seal(TOKEN, FOR_SUPPLIERS),
        prices=PriceRule(currency="USD", won_per_unit=Decimal(1_400), round_to=100),
        created_at=EARLIER,
    )


def a_purchase(**changes: Any) -> Purchase:
    """One by Acme of the line `a_line` is, not confirmed yet."""
    return replace(
        Purchase(
            id=PurchaseId("01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0eb1"),
            organization_id=ACME,
            realm="live",
            supplier_id=SUPPLIER,
            line_id=LINE,
            number=DIGITS,
            monthly_fee=7_700,
            key_id=KEY,
            next_look_at=NOW,
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


class Buying:
    """A world whose stock comes from a supplier."""

    def __init__(self, world: World, server: SimulatedSupplier) -> None:
        self.world = world
        self.server = server
        self.lines = sorted(server.stock.lines)
        with world.database.writing() as db:
            suppliers.add(db, an_account(server.url, world.parts.box))
        for at, number in enumerate(self.lines):
            world.given(
                a_line(
                    id=f"01927f5e-8c4a-7b1e-9d3f-7711{at:08}", number=number, supplier_id=SUPPLIER
                )
            )

    def connect(self, _: SupplierId) -> Supplier:
        return open_supplier(SupplierKind.SIMULATED, self.server.url, TOKEN, timeout_s=5)

    def reconcile(self) -> int:
        reconciler = Reconciler(
            database=self.world.database, connect=self.connect, clock=self.world.clock
        )
        return reconciler.round()

    def purchases(self) -> list[Purchase]:
        return purchases_in(self.world.database)

    @property
    def only_purchase(self) -> Purchase:
        (found,) = self.purchases()
        return found

    def sold(self) -> list[dict[str, Any]]:
        return self.server.stock.of(None)


def purchases_in(database: Database) -> list[Purchase]:
    with database.reading() as db:
        return purchases.list_states(db, frozenset(PurchaseState), limit=100_000)
