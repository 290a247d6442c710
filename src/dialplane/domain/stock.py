"""What a delivery says about a line, and what it changes in the stock."""

from dialplane.domain.frozen import dataclass
from dialplane.domain.lines import LineType
from dialplane.domain.values import Won


@dataclass(frozen=True, slots=True)
class LineTerms:
    """A line as it is offered; `number` is canonical."""

    number: str
    line_type: LineType
    monthly_fee: Won
    sms_send: bool
    sms_recv: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """How many lines a delivery adds, changes the terms of, and finds as they are."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "StockChange") -> "StockChange":
        return StockChange(
            new=self.new + other.new,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
        )

    @property
    def total(self) -> int:
        return self.new + self.updated + self.unchanged

    @property
    def nothing(self) -> bool:
        return not self.new and not self.updated
