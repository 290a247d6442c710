"""What the edge may answer challenges with: HA1 for one realm, never a password."""

from collections.abc import Iterable, Mapping

from dialplane.domain.carriers import Carrier, CarrierId
from dialplane.domain.numbers import HeldNumber, Provider
from dialplane.domain.routing import Target, TargetKind
from dialplane.edge.answers import Login
from dialplane.operations.routing import Granted
from dialplane.store import carriers, peers
from dialplane.store.database import Database, Reader
from dialplane.store.secret_box import FOR_SIP, SecretBox


def of_number(box: SecretBox, number: HeldNumber, *, realm: str) -> Login | None:
    sip = number.sip
    if sip.auth_username is None or sip.sealed_password is None:
        return None
    password = box.open(sip.sealed_password, FOR_SIP)
    return Login(username=sip.auth_username, password=password, realm=realm)


def of_targets(database: Database, box: SecretBox, granted: Granted) -> Mapping[str, Login]:
    """The logins of the trunks on this route, each for the realm it was last heard to use."""
    trunks = [target for target in granted.routed.targets if target.kind is TargetKind.TRUNK]
    if not trunks:
        return {}
    with database.reading() as db:
        return _of_trunks(db, box, granted.number, trunks)


def _of_trunks(
    db: Reader, box: SecretBox, number: HeldNumber, trunks: Iterable[Target]
) -> Mapping[str, Login]:
    realms = {target.id: peers.find_realm(db, target.id) or _host(target) for target in trunks}
    if number.provider is Provider.CUSTOM:
        logins = {id_: of_number(box, number, realm=realm) for id_, realm in realms.items()}
    else:
        known = {carrier.id: carrier for carrier in carriers.list_all(db)}
        logins = {
            id_: _of_carrier(box, carrier, realm)
            for id_, realm in realms.items()
            if (carrier := known.get(CarrierId(id_))) is not None
        }
    return {id_: login for id_, login in logins.items() if login is not None}


def _of_carrier(box: SecretBox, carrier: Carrier, realm: str) -> Login | None:
    if carrier.auth_username is None or carrier.sealed_password is None:
        return None
    password = box.open(carrier.sealed_password, FOR_SIP)
    return Login(username=carrier.auth_username, password=password, realm=realm)


def _host(target: Target) -> str:
    """Until a challenge says otherwise, a trunk is taken to call its realm like its host."""
    host_and_port = target.uri.rpartition("@")[2].partition(";")[0]
    host, colon, port = host_and_port.rpartition(":")
    return host if colon and port.isdigit() else host_and_port
