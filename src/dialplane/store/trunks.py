"""Trunks in SQL: the number behind one."""

from typing import Final

from dialplane.domain.errors import NotFound
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.values import OrganizationId
from dialplane.store import numbers
from dialplane.store.database import Reader


def get_number(db: Reader, organization_id: OrganizationId, trunk_id: str) -> HeldNumber:
    """The number whose trunk this is, inbound or outbound.

    Raises:
        NotFound: the organization has no such trunk.
    """
    row = db.one_or_none(
        """
        SELECT id FROM telephone_numbers
         WHERE organization_id = :organization_id
           AND (inbound_trunk_id = :trunk_id OR outbound_trunk_id = :trunk_id)
        """,
        organization_id=organization_id,
        trunk_id=trunk_id,
    )
    if row is None:
        raise NotFound
    return numbers.get(db, organization_id, row["id"])


def get_number_of_anybody(db: Reader, trunk_id: str) -> HeldNumber:
    """The same for the operator, who looks across organizations by nature.

    Raises:
        NotFound: nobody has such a trunk.
    """
    row = db.one_or_none(_OF_ANYBODY, trunk_id=trunk_id)
    if row is None:
        raise NotFound
    return numbers.get(db, row["organization_id"], row["id"])


_OF_ANYBODY: Final = """
    SELECT organization_id, id FROM telephone_numbers
     WHERE inbound_trunk_id = :trunk_id OR outbound_trunk_id = :trunk_id
"""
