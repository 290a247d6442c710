"""Purchases from suppliers that fail, by processes that are killed: never twice, never for nothing.

`make suppliers` tries 1,000 purchases with each fault on each engine.
"""

import pytest

from conftest import Home
from dialplane.suppliers.simulated.faults import Fault
from parts.supplier_faults import try_fault


@pytest.mark.parametrize("fault", list(Fault))
def test_nothing_is_bought_twice_or_paid_for_nothing(empty_home: Home, fault: Fault) -> None:
    trial = try_fault(empty_home, fault, purchases=60, kills=2)

    assert trial.kills == 2
    assert trial.faults > 0, "no fault happened, so nothing is proven"
    assert trial.held > 0
    assert not any(trial.lost.values()), str(trial)
