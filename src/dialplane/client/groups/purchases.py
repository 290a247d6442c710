"""Purchases from suppliers, whose outcome may be known only later."""

from dataclasses import replace
from typing import Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.model import Page
from dialplane.client.models.numbers import Purchase
from dialplane.client.wire import Call, Reading, at, get


class Purchases(Group[M]):
    """Lines bought from a supplier; those of the stock are held at once and not listed."""

    @Listing
    def list(
        self, of_request: str | None = None, **filters: Unpack[Sorted]
    ) -> Call[Page[Purchase]]:
        """Newest first; `of_request` is the request id of the purchase that was asked for."""
        call = get(Page[Purchase], at("/x/v1/purchases"), filters)
        return replace(call, query={**call.query, "request_id": of_request})

    @Operation
    def get(self, purchase_id: str, **options: Unpack[Reading]) -> Call[Purchase]:
        """What has come of it."""
        return get(Purchase, at("/x/v1/purchases/{purchase_id}", purchase_id), options)
