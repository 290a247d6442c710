"""The operator's carriers in SQL; they belong to no organization."""

from ipaddress import ip_network

from dialplane.domain.carriers import Carrier, CarrierId
from dialplane.domain.errors import NotFound
from dialplane.store.database import Reader, Row, UniqueViolated, Writer


def list_all(db: Reader) -> list[Carrier]:
    rows = db.all("SELECT * FROM carriers ORDER BY priority, name")
    networks: dict[str, list[str]] = {}
    for row in db.all("SELECT carrier_id, network FROM carrier_networks ORDER BY network"):
        networks.setdefault(row["carrier_id"], []).append(row["network"])
    return [_carrier(row, networks.get(row["id"], [])) for row in rows]


def add(db: Writer, carrier: Carrier) -> bool:
    """Keep a new carrier; False when there is one of that name."""
    try:
        db.run(
            """
            INSERT INTO carriers (id, name, address, uri, priority, weight, auth_username,
                                  sealed_password, created_at)
            VALUES (:id, :name, :address, :uri, :priority, :weight, :auth_username,
                    :sealed_password, :created_at)
            """,
            id=carrier.id,
            name=carrier.name,
            address=carrier.address,
            uri=carrier.uri,
            priority=carrier.priority,
            weight=carrier.weight,
            auth_username=carrier.auth_username,
            sealed_password=carrier.sealed_password,
            created_at=carrier.created_at,
        )
    except UniqueViolated as violation:
        if violation.rule == "carriers_name_key":
            return False
        raise
    for network in carrier.networks:
        db.run(
            "INSERT INTO carrier_networks (carrier_id, network) VALUES (:carrier_id, :network)",
            carrier_id=carrier.id,
            network=str(network),
        )
    return True


def remove(db: Writer, name: str) -> None:
    """Forget a carrier.

    Raises:
        NotFound: there is none of that name.
    """
    if not db.run("DELETE FROM carriers WHERE name = :name", name=name):
        raise NotFound


def _carrier(row: Row, networks: list[str]) -> Carrier:
    return Carrier(
        id=CarrierId(row["id"]),
        name=row["name"],
        address=row["address"],
        uri=row["uri"],
        networks=tuple(ip_network(network) for network in networks),
        priority=row["priority"],
        weight=row["weight"],
        auth_username=row["auth_username"],
        sealed_password=row["sealed_password"],
        created_at=row["created_at"],
    )
