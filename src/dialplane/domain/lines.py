"""Lines one could buy."""

from enum import StrEnum

from dialplane.domain.errors import Invalid
from dialplane.domain.frozen import dataclass
from dialplane.domain.suppliers import SupplierId
from dialplane.domain.values import DAY_MS, LineId, Millis, Won

START_AT_MOST_DAYS_AHEAD = 90


class LineType(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    UAN = "uan"
    PERSONAL = "personal"
    TOLL_FREE = "toll_free"


class LineStatus(StrEnum):
    """What the worker last wrote down; `available_from` alone decides what can be bought.

    A line is withdrawn when its supplier does not offer it any more; that is never written here.
    """

    IN_STOCK = "in_stock"
    HELD = "held"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    id: LineId
    realm: str
    number: str
    line_type: LineType
    monthly_fee: Won
    sms_send: bool
    sms_recv: bool
    status: LineStatus = LineStatus.IN_STOCK
    available_from: Millis | None = 0
    supplier_id: SupplierId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """A line by its id or by its number, and from when it should work."""

    line_id: LineId | None = None
    number: str | None = None
    memo: str | None = None
    start_at: Millis | None = None

    def starts_at(self, now: Millis) -> Millis:
        if self.start_at is None:
            return now
        if not now < self.start_at <= now + START_AT_MOST_DAYS_AHEAD * DAY_MS:
            raise Invalid.one("start_at", "start_out_of_range", days=START_AT_MOST_DAYS_AHEAD)
        return self.start_at
