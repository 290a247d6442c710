"""What has to be known before a trunk can be examined; asking the peer is no business of ours."""

from dialplane.domain.errors import NotFound, NumberExpired
from dialplane.domain.numbers import HeldNumber, Status
from dialplane.domain.sip_addresses import parse_sip_address
from dialplane.domain.trunk_checks import TrunkLogin, TrunkTarget
from dialplane.domain.values import LIVE, Millis
from dialplane.store.secret_box import FOR_SIP, SecretBox


def target_of(box: SecretBox, number: HeldNumber, *, now: Millis) -> TrunkTarget:
    """Whom to ask, and the login to try.

    Raises:
        NumberExpired: its trunk is history.
        NotFound: the number has no trunk.
    """
    if number.at(now).status is Status.EXPIRED:
        raise NumberExpired
    if number.sip.address_uri is None:
        raise NotFound
    return TrunkTarget(
        address=parse_sip_address(number.sip.address_uri),
        login=_login(box, number),
        offline=number.realm != LIVE,
    )


def _login(box: SecretBox, number: HeldNumber) -> TrunkLogin | None:
    sip = number.sip
    if sip.auth_username is None or sip.sealed_password is None:
        return None
    password = box.open(sip.sealed_password, FOR_SIP)
    return TrunkLogin(username=sip.auth_username, password=password)
