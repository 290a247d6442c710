"""What is set about the calls of a number, in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any, Final, LiteralString

from dialplane.domain.number_routing import InboundAuth, NumberRouting, in_order
from dialplane.domain.routing import AnotherRuntime, Fallback
from dialplane.domain.runtimes import RuntimeId
from dialplane.domain.values import NumberId, OrganizationId
from dialplane.store.database import Reader, Writer
from dialplane.store.routing_json import arms_of, arms_text, fallbacks_of, fallbacks_text


def get(db: Reader, organization_id: OrganizationId, number_id: NumberId) -> NumberRouting:
    """What is set, or what holds as long as nothing is."""
    values = db.values_or_none(
        "SELECT " + SELECTED + " FROM number_routing"
        " WHERE organization_id = :organization_id AND number_id = :number_id",
        organization_id=organization_id,
        number_id=number_id,
    )
    if values is None:
        return NumberRouting(number_id=number_id, organization_id=organization_id)
    networks = db.all(
        """
        SELECT network FROM allowed_sources
         WHERE organization_id = :organization_id AND number_id = :number_id
        """,
        organization_id=organization_id,
        number_id=number_id,
    )
    allowed = in_order(ip_network(network["network"]) for network in networks)
    return replace(of_values(organization_id, number_id, values), allowed=allowed)


# For statements that join what is set to a number; `of_values` reads them.
SELECTED: Final[LiteralString] = (
    "inbound_auth, inbound_split, outbound_split, fallbacks, number_routing.concurrent_calls,"
    " number_routing.calls_per_second, number_routing.updated_at, number_routing.revision"
)


def of_values(
    organization_id: OrganizationId, number_id: NumberId, values: Sequence[Any]
) -> NumberRouting:
    """What is set, but for the allow-list, which takes rows of its own."""
    auth, inbound, outbound, fallbacks, concurrent_calls, per_second, updated_at, revision = values
    if auth is None:
        return NumberRouting(number_id=number_id, organization_id=organization_id)
    return NumberRouting(
        number_id=number_id,
        organization_id=organization_id,
        inbound_auth=InboundAuth(auth),
        inbound_split=arms_of(inbound),
        outbound_split=arms_of(outbound),
        fallbacks=fallbacks_of(fallbacks),
        concurrent_calls=concurrent_calls,
        calls_per_second=per_second,
        updated_at=updated_at,
        revision=revision,
    )


def put(db: Writer, routing: NumberRouting) -> None:
    db.run(
        """
        INSERT INTO number_routing (number_id, organization_id, inbound_auth, inbound_split,
                                    outbound_split, fallbacks, concurrent_calls,
                                    calls_per_second, updated_at, revision)
        VALUES (:number_id, :organization_id, :inbound_auth, :inbound_split, :outbound_split,
                :fallbacks, :concurrent_calls, :calls_per_second, :updated_at, :revision)
        ON CONFLICT (number_id) DO UPDATE
           SET inbound_auth = excluded.inbound_auth, inbound_split = excluded.inbound_split,
               outbound_split = excluded.outbound_split, fallbacks = excluded.fallbacks,
               concurrent_calls = excluded.concurrent_calls,
               calls_per_second = excluded.calls_per_second,
               updated_at = excluded.updated_at, revision = excluded.revision
        """,
        number_id=routing.number_id,
        organization_id=routing.organization_id,
        inbound_auth=routing.inbound_auth,
        inbound_split=arms_text(routing.inbound_split),
        outbound_split=arms_text(routing.outbound_split),
        fallbacks=fallbacks_text(routing.fallbacks),
        concurrent_calls=routing.concurrent_calls,
        calls_per_second=routing.calls_per_second,
        updated_at=routing.updated_at,
        revision=routing.revision,
    )
    _put_networks(db, routing)


def _put_networks(db: Writer, routing: NumberRouting) -> None:
    db.run(
        """
        DELETE FROM allowed_sources
         WHERE organization_id = :organization_id AND number_id = :number_id
        """,
        organization_id=routing.organization_id,
        number_id=routing.number_id,
    )
    for network in routing.allowed:
        db.run(
            """
            INSERT INTO allowed_sources (number_id, organization_id, network)
            VALUES (:number_id, :organization_id, :network)
            """,
            number_id=routing.number_id,
            organization_id=routing.organization_id,
            network=str(network),
        )


def transfers(
    db: Reader, organization_id: OrganizationId, but: NumberId
) -> dict[str, tuple[Fallback, ...]]:
    """The fallbacks of the organization's other numbers, by their canonical digits."""
    rows = db.all(
        """
        SELECT canonical, fallbacks FROM number_routing
          JOIN telephone_numbers ON telephone_numbers.id = number_routing.number_id
         WHERE number_routing.organization_id = :organization_id
           AND telephone_numbers.status <> 'expired'
           AND number_routing.number_id <> :but AND fallbacks <> '[]'
        """,
        organization_id=organization_id,
        but=but,
    )
    return {row["canonical"]: fallbacks_of(row["fallbacks"]) for row in rows}


def falling_back_to(
    db: Reader, organization_id: OrganizationId, runtime_id: RuntimeId
) -> list[NumberId]:
    """The unexpired numbers whose calls may fall back to a runtime."""
    rows = db.all(
        """
        SELECT number_id, fallbacks FROM number_routing
          JOIN telephone_numbers ON telephone_numbers.id = number_routing.number_id
         WHERE number_routing.organization_id = :organization_id
           AND telephone_numbers.status <> 'expired' AND fallbacks <> '[]'
         ORDER BY number_id
        """,
        organization_id=organization_id,
    )
    wanted = AnotherRuntime(runtime_id=runtime_id)
    return [NumberId(row["number_id"]) for row in rows if wanted in fallbacks_of(row["fallbacks"])]
