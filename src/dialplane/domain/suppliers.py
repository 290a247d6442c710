"""Whom numbers are bought from, and what they cost then."""

from dataclasses import field
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import NewType

from dialplane.domain.errors import DomainError, Kind
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis, Won

SupplierId = NewType("SupplierId", str)


class SupplierKind(StrEnum):
    SIMULATED = "simulated"
    TELNYX = "telnyx"


@dataclass(eq=False)
class SupplierExists(DomainError):
    """There is a supplier of this name already."""

    code = "SUPPLIER_EXISTS"
    kind = Kind.CONFLICT


@dataclass(eq=False)
class SupplierInUse(DomainError):
    """Numbers of this supplier are held, bought or given back right now."""

    code = "SUPPLIER_IN_USE"
    kind = Kind.CONFLICT
    purchases: int


class OtherCurrency(Exception):
    """A supplier asks for a currency there is no rate for."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"no rate is set for {currency}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """From what a supplier asks per month to the fee in whole KRW.

    The cost in KRW by a fixed rate, plus the margin, rounded up to a multiple of `round_to`: up,
    so that a fee never lies below the cost.
    """

    currency: str
    won_per_unit: Decimal
    margin_percent: int = 0
    round_to: Won = 1

    def fee(self, cost: Decimal, currency: str) -> Won:
        """The monthly fee.

        Raises:
            OtherCurrency: the cost is in one this rule has no rate for.
        """
        if currency != self.currency:
            raise OtherCurrency(currency)
        exact = cost * self.won_per_unit * (100 + self.margin_percent) / 100
        steps = (exact / self.round_to).to_integral_value(rounding=ROUND_CEILING)
        return int(steps) * self.round_to


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSupplier:
    """An account of the operator with a supplier; the token only as it is sealed at rest."""

    id: SupplierId
    name: str
    kind: SupplierKind
    url: str
    sealed_token: str = field(repr=False)
    prices: PriceRule
    created_at: Millis
    removed_at: Millis | None = None

    def told(self) -> dict[str, object]:
        """As the operator and the journal may be told: without its token."""
        return {
            "name": self.name,
            "kind": self.kind,
            "url": self.url,
            "currency": self.prices.currency,
            "won_per_unit": str(self.prices.won_per_unit),
            "margin_percent": self.prices.margin_percent,
            "round_to": self.prices.round_to,
        }
