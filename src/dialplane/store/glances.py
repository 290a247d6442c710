"""What a key may see of one number, in one round trip: the question asked most of all."""

from typing import Final, LiteralString, NamedTuple

from dialplane.domain.values import KeyId, Millis, NumberId, OrganizationId, Won
from dialplane.store import keys
from dialplane.store.database import Reader


class Glance(NamedTuple):
    """A key that works, and a number of its organization; the columns are named as these are."""

    key_id: KeyId
    organization_id: OrganizationId
    scopes: str
    last_used_at: Millis | None
    id: NumberId
    number: str
    provider: str
    status: str
    start_at: Millis
    created_at: Millis
    updated_at: Millis
    monthly_fee: Won | None
    address: str | None
    inbound_trunk_id: str | None
    outbound_trunk_id: str | None
    inbound_agent_id: str | None
    inbound_version: str
    outbound_agent_id: str | None
    outbound_version: str
    memo: str | None
    end_at: Millis | None
    cancel_requested_at: Millis | None
    revision: int


_OF_KEY: Final[LiteralString] = """
    api_keys.id, api_keys.organization_id, scopes, last_used_at, telephone_numbers.id, number,
    provider, status, start_at, telephone_numbers.created_at, updated_at, monthly_fee, address,
    inbound_trunk_id, outbound_trunk_id, inbound_agent_id, inbound_version, outbound_agent_id,
    outbound_version, memo, end_at, cancel_requested_at, revision
"""
# Of the others the status in the row may no longer be the one that holds; see `HeldNumber.at`.
_NUMBER: Final[LiteralString] = (
    "SELECT "
    + _OF_KEY
    + """
      FROM api_keys JOIN telephone_numbers
        ON telephone_numbers.id = :id
       AND telephone_numbers.organization_id = api_keys.organization_id
       AND status IN ('active', 'expired')
    """
    + keys.WORKING
)


def number(db: Reader, hashed: str, number_id: str, *, now: Millis) -> Glance | None:
    """A number that time does nothing to, for whoever holds this key; it names the organization.

    None tells nothing: there may be no such key, no such number, or one that waits for its time.
    """
    values = db.values_or_none(_NUMBER, hash=hashed, id=number_id, now=now)
    return None if values is None else Glance._make(values)
