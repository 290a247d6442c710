"""What the operator can do with suppliers: take one on, let one go, fill the stock from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from dialplane.domain.journal import Change, Happening
from dialplane.domain.stock import LineTerms
from dialplane.domain.suppliers import (
    KnownSupplier,
    OtherCurrency,
    PriceRule,
    SupplierId,
    SupplierInUse,
    SupplierKind,
)
from dialplane.domain.values import LineId, Millis
from dialplane.operations import journal
from dialplane.operations.ids import new_id
from dialplane.operations.transactions import in_transaction
from dialplane.store import purchases, stock, suppliers
from dialplane.store.database import Database, Writer
from dialplane.suppliers.supplier import Offer

BATCH: Final = stock.BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSupplier:
    """A supplier as the operator describes it."""

    name: str
    kind: SupplierKind
    url: str
    prices: PriceRule
    sealed_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """What a search at a supplier did to the stock.

    `taken` are numbers that came from somebody else; `no_rate` those in a currency without a rate.
    """

    new: int = 0
    known: int = 0
    taken: int = 0
    no_rate: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Sync") -> "Sync":
        return Sync(
            new=self.new + other.new,
            known=self.known + other.known,
            taken=self.taken + other.taken,
            no_rate=self.no_rate + other.no_rate,
            withdrawn=self.withdrawn + other.withdrawn,
        )


def add(db: Writer, asked: NewSupplier, *, now: Millis) -> KnownSupplier:
    """Take a supplier on.

    Raises:
        SupplierExists.
    """
    supplier = KnownSupplier(
        id=SupplierId(new_id(now)),
        name=asked.name,
        kind=asked.kind,
        url=asked.url,
        sealed_token=asked.sealed_token,
        prices=asked.prices,
        created_at=now,
    )
    suppliers.add(db, supplier)
    added = Change(
        happening=Happening.SUPPLIER_ADDED, resource_id=supplier.id, after=supplier.told()
    )
    journal.enter_operator(db, now, added)
    return supplier


def remove(db: Writer, name: str, *, now: Millis) -> KnownSupplier:
    """Let a supplier go, and its lines with it.

    Raises:
        NotFound.
        SupplierInUse: numbers of it are held, bought or given back right now.
    """
    supplier = suppliers.get_named(db, name)
    if unfinished := purchases.unfinished(db, supplier.id):
        raise SupplierInUse(unfinished)
    suppliers.withdraw_unoffered(db, supplier.id, since=now + 1, now=now)
    suppliers.remove(db, supplier.id, now=now)
    removed = Change(
        happening=Happening.SUPPLIER_REMOVED, resource_id=supplier.id, before=supplier.told()
    )
    journal.enter_operator(db, now, removed)
    return supplier


def sync(
    database: Database,
    supplier: KnownSupplier,
    offers: Iterable[Offer],
    *,
    complete: bool,
    now: Millis,
) -> Sync:
    """Put what a supplier offers for sale, in small transactions, at fees by its price rule.

    After a `complete` search, lines it did not tell of are withdrawn; those that are held stay.
    """
    done = Sync()
    for batch in _batches(offers):
        lines = _lines_of(supplier, batch, now)
        if lines:
            done += in_transaction(database.writing, partial(_offer, supplier, lines, now))
        done += Sync(no_rate=len(batch) - len(lines))
    if complete:
        done += in_transaction(database.writing, partial(_withdraw, supplier, now))
    return done


def _offer(
    supplier: KnownSupplier, lines: dict[LineId, LineTerms], now: Millis, db: Writer
) -> Sync:
    new, known = suppliers.offer(db, supplier.id, lines, now=now)
    offered = Sync(new=new, known=known, taken=len(lines) - new - known)
    _enter(db, supplier, offered, now=now)
    return offered


def _withdraw(supplier: KnownSupplier, now: Millis, db: Writer) -> Sync:
    gone = Sync(withdrawn=suppliers.withdraw_unoffered(db, supplier.id, since=now, now=now))
    if gone.withdrawn:
        _enter(db, supplier, gone, now=now)
    return gone


def _enter(db: Writer, supplier: KnownSupplier, done: Sync, *, now: Millis) -> None:
    told = {"new": done.new, "known": done.known, "withdrawn": done.withdrawn}
    synced = Change(happening=Happening.SUPPLIER_SYNCED, resource_id=supplier.id, after=told)
    journal.enter_operator(db, now, synced)


def _batches(offers: Iterable[Offer]) -> Iterator[list[Offer]]:
    left = iter(offers)
    while batch := list(islice(left, BATCH)):
        yield batch


def _lines_of(supplier: KnownSupplier, offers: list[Offer], now: Millis) -> dict[LineId, LineTerms]:
    """Each number once: a supplier may tell of one twice, and a statement may not."""
    terms: dict[str, LineTerms] = {}
    for offer in offers:
        try:
            fee = supplier.prices.fee(offer.cost, offer.currency)
        except OtherCurrency:
            continue
        terms[offer.number] = LineTerms(
            offer.number, offer.line_type, fee, offer.sms_send, offer.sms_recv
        )
    return {LineId(new_id(now)): each for each in terms.values()}
