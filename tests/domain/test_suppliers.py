"""What a line costs: never less than it costs us."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.suppliers import OtherCurrency, PriceRule

DOLLARS = PriceRule(
    currency="USD", won_per_unit=Decimal("1398.55"), margin_percent=20, round_to=100
)


@pytest.mark.parametrize(
    ("cost", "fee"), [("0", 0), ("0.0001", 100), ("1.00", 1_700), ("4.75", 8_000)]
)
def test_a_fee_is_the_cost_in_won_with_the_margin_rounded_up(cost: str, fee: int) -> None:
    assert DOLLARS.fee(Decimal(cost), "USD") == fee


def test_a_currency_without_a_rate_has_no_price() -> None:
    with pytest.raises(OtherCurrency):
        DOLLARS.fee(Decimal(1), "EUR")


@given(
    st.decimals(min_value=0, max_value=10_000, places=4),
    st.integers(min_value=0, max_value=300),
    st.integers(min_value=1, max_value=1_000),
)
def test_no_fee_lies_below_the_cost_nor_a_step_above_it(
    cost: Decimal, margin: int, step: int
) -> None:
    rule = PriceRule(
        currency="USD", won_per_unit=Decimal(1_400), margin_percent=margin, round_to=step
    )
    exact = cost * 1_400 * (100 + margin) / 100

    fee = rule.fee(cost, "USD")

    assert exact <= fee < exact + step
    assert fee % step == 0
