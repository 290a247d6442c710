"""What every supplier fulfils, and its failures, each of which says what may be done next."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Protocol

from dialplane.domain.frozen import dataclass
from dialplane.domain.lines import LineType


class SupplierFailure(Exception):
    """A supplier did not do what it was asked; the text quotes no secret."""

    retry_helps: ClassVar[bool]


class NotReached(SupplierFailure):
    """Nothing arrived there, so nothing was done; asking again can help."""

    retry_helps = True


class InDoubt(SupplierFailure):
    """It may have been done or not. Look it up before anything else is asked."""

    retry_helps = False


class Refused(SupplierFailure):
    """Understood and not done; asking again does not help."""

    retry_helps = False


class LineGone(Refused):
    """The supplier does not have this line for sale any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A line a supplier has for sale, at its price per month; `number` is canonical."""

    number: str
    line_type: LineType
    cost: Decimal
    currency: str
    sms_send: bool = False
    sms_recv: bool = False


class OrderState(StrEnum):
    PENDING = "pending"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the supplier knows it; `handle` is how it wants the line to be called."""

    handle: str
    number: str
    state: OrderState


class Supplier(Protocol):
    """An account with a supplier.

    Nothing here is expected to be idempotent. `buy` is called once for a reference, whatever
    becomes of it; `find` and `release` may be called again and again.
    """

    search_is_complete: bool
    """Whether a line that `search` does not tell of is not for sale."""

    def check(self) -> None:
        """Make sure the account can be used.

        Raises:
            SupplierFailure.
        """

    def search(self, *, limit: int) -> Iterator[Offer]:
        """Lines for sale, at most so many.

        Raises:
            SupplierFailure.
        """

    def buy(self, number: str, reference: str) -> Order:
        """Order one line under our own reference.

        Raises:
            SupplierFailure.
        """

    def find(self, reference: str) -> list[Order]:
        """What was ordered under our reference and not given back; empty when nothing was.

        Raises:
            SupplierFailure.
        """

    def release(self, order: Order) -> None:
        """Give a line back; one that is not ours any more is given back already.

        Raises:
            SupplierFailure.
        """
