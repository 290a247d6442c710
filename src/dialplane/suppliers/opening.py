"""From an account as it is kept to one that can be asked."""

from collections.abc import Callable, Mapping
from typing import Final

from dialplane.domain.suppliers import SupplierKind
from dialplane.suppliers.asking import SupplierHttp
from dialplane.suppliers.simulated.supplier import Simulated
from dialplane.suppliers.supplier import Supplier
from dialplane.suppliers.telnyx.supplier import Telnyx

KINDS: Final[Mapping[SupplierKind, Callable[[SupplierHttp], Supplier]]] = {
    SupplierKind.SIMULATED: Simulated,
    SupplierKind.TELNYX: Telnyx,
}


def open_supplier(kind: SupplierKind, url: str, token: str, *, timeout_s: float) -> Supplier:
    return KINDS[kind](SupplierHttp(url, token, timeout_s=timeout_s))
