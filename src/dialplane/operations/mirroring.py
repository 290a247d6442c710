"""Taking in what another v3 server holds, under the ids it has there; again and again.

This is the operator's, and no part of the API: nobody else may choose ids or write past versions.
"""

from dataclasses import dataclass

from dialplane.domain.journal import OPERATOR, Author
from dialplane.domain.organizations import Organization
from dialplane.domain.values import Millis
from dialplane.operations.numbers import NumberPolicy


class IdTaken(Exception):  # named for what happened
    """Somebody else's thing has this id in this installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Into which organization, and by whose rules."""

    organization: Organization
    policy: NumberPolicy
    now: Millis

    def author(self) -> Author:
        return Author(actor=OPERATOR, at=self.now + self.organization.clock_offset_ms)
