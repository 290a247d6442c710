"""Everything examining a trunk can find, how bad it is, and the English words for it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from dialplane.domain.frozen import dataclass


class Verdict(StrEnum):
    """`skipped` is no verdict on the trunk: nothing was examined."""

    GOOD = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Finding(StrEnum):
    ADDRESS_UNDERSTOOD = "address_understood"
    ADDRESS_PRIVATE = "address_private"
    DNS_NOT_NEEDED = "dns_not_needed"
    DNS_FOUND = "dns_found"
    DNS_NAME_UNKNOWN = "dns_name_unknown"
    DNS_NO_ADDRESS = "dns_no_address"
    DNS_FAILED = "dns_failed"
    DNS_PRIVATE = "dns_private"
    CONNECTED = "connected"
    ANSWERED = "answered"
    SPARE_ANSWERED = "spare_answered"
    NO_ANSWER = "no_answer"
    NOBODY_LISTENS = "nobody_listens"
    UNREACHABLE = "unreachable"
    TLS_NOT_USED = "tls_not_used"
    CERTIFICATE_GOOD = "certificate_good"
    CERTIFICATE_EXPIRES_SOON = "certificate_expires_soon"
    CERTIFICATE_OTHER_NAME = "certificate_other_name"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    HANDSHAKE_FAILED = "handshake_failed"
    OPTIONS_ANSWERED = "options_answered"
    OPTIONS_WITHOUT_INVITE = "options_without_invite"
    OPTIONS_UNHEALTHY = "options_unhealthy"
    OPTIONS_UNANSWERED = "options_unanswered"
    OPTIONS_GARBAGE = "options_garbage"
    LOGIN_ACCEPTED = "login_accepted"
    LOGIN_NOT_NEEDED = "login_not_needed"
    LOGIN_NOT_ASKED = "login_not_asked"
    LOGIN_MISSING = "login_missing"
    LOGIN_REFUSED = "login_refused"
    LOGIN_UNCLEAR = "login_unclear"
    LOGIN_METHOD_UNKNOWN = "login_method_unknown"
    LOGIN_UNANSWERED = "login_unanswered"
    CHALLENGE_UNREADABLE = "challenge_unreadable"
    SANDBOX_ASKS_NOBODY = "sandbox_asks_nobody"
    EARLIER_STEP_FAILED = "earlier_step_failed"
    OUT_OF_TIME = "out_of_time"


@dataclass(frozen=True, slots=True)
class Told:
    """What to say about a finding; `{blanks}` are filled from the facts."""

    verdict: Verdict
    found: str
    fix: str = ""


_ADDRESS: Final = {
    Finding.ADDRESS_UNDERSTOOD: Told(Verdict.GOOD, "Understood as {uri}."),
    Finding.ADDRESS_PRIVATE: Told(
        Verdict.FAIL,
        "{host} is this machine, its neighbours on the wire or its cloud.",
        "Use the address at which the carrier is reached from outside. To try things out on one"
        " machine, its operator sets DIALPLANE_ALLOW_PRIVATE_SIP=1.",
    ),
}

_DNS: Final = {
    Finding.DNS_NOT_NEEDED: Told(Verdict.GOOD, "An IP address: {addresses}."),
    Finding.DNS_FOUND: Told(Verdict.GOOD, "{host} is at {addresses} ({records})."),
    Finding.DNS_NAME_UNKNOWN: Told(
        Verdict.FAIL,
        "There is no name {host}.",
        "Compare the spelling with what the carrier gave you. A new name can take hours to spread.",
    ),
    Finding.DNS_NO_ADDRESS: Told(
        Verdict.FAIL,
        "{host} exists, but has no SRV, A or AAAA record for this transport.",
        "Ask the carrier for its SIP host name, its port and its transport.",
    ),
    Finding.DNS_FAILED: Told(
        Verdict.FAIL,
        "The name server gave no answer about {host}: {error}.",
        "Check again. If it stays, the name server of this machine or of the carrier is broken.",
    ),
    Finding.DNS_PRIVATE: Told(
        Verdict.FAIL,
        "{host} leads to {addresses}: this machine, its neighbours on the wire or its cloud.",
        "Correct the DNS record, or use the address at which the carrier is reached from outside.",
    ),
}

_TRANSPORT: Final = {
    Finding.CONNECTED: Told(Verdict.GOOD, "Connected to {peer}."),
    Finding.ANSWERED: Told(Verdict.GOOD, "{peer} answers."),
    Finding.SPARE_ANSWERED: Told(
        Verdict.WARN,
        "{peer} answers, but {unreachable} did not.",
        "Calls go through after a delay. Ask the carrier about the address that is dead.",
    ),
    Finding.NO_ANSWER: Told(
        Verdict.FAIL,
        "{peer} did not answer in time.",
        "Let the carrier allow the public addresses of this machine and of the edge: many ignore"
        " whom they do not know. Then compare port and transport, and look for a firewall.",
    ),
    Finding.NOBODY_LISTENS: Told(
        Verdict.FAIL,
        "{peer} is there, but nobody listens on this port.",
        "Compare port and transport with what the carrier gave you: 5060 is usual for UDP and TCP,"
        " 5061 for TLS.",
    ),
    Finding.UNREACHABLE: Told(
        Verdict.FAIL,
        "There is no way to {peer}: {error}.",
        "Check the network of this machine: its route, its firewall, and IPv6 if that is IPv6.",
    ),
}

_TLS: Final = {
    Finding.TLS_NOT_USED: Told(Verdict.SKIPPED, "This address does not use TLS."),
    Finding.CERTIFICATE_GOOD: Told(
        Verdict.GOOD, "{protocol}, a certificate for {names}, valid until {valid_until_at}."
    ),
    Finding.CERTIFICATE_EXPIRES_SOON: Told(
        Verdict.WARN,
        "The certificate for {names} ends on {valid_until_at}.",
        "Let the peer renew it before that day: from then on no call goes through.",
    ),
    Finding.CERTIFICATE_OTHER_NAME: Told(
        Verdict.WARN,
        "The certificate is for {names}, not for {host}.",
        "Use one of these names as the address. Calls go through all the same: the edge asks who"
        " vouches for a certificate, not for whom.",
    ),
    Finding.CERTIFICATE_EXPIRED: Told(
        Verdict.FAIL,
        "The certificate is not valid at this time: {error}.",
        "Let the peer renew its certificate, and compare the clock of this machine.",
    ),
    Finding.CERTIFICATE_UNTRUSTED: Told(
        Verdict.FAIL,
        "Nobody this machine trusts vouches for the certificate: {error}.",
        "Let the peer send its whole chain, or have the operator trust its authority: the edge by"
        " DIALPLANE_EDGE_TLS_TRUSTED, this check by SSL_CERT_FILE.",
    ),
    Finding.HANDSHAKE_FAILED: Told(
        Verdict.FAIL,
        "{peer} does not speak TLS with us: {error}.",
        "Compare the port: 5061 is usual for TLS. The peer has to speak TLS 1.2 or newer.",
    ),
}

_OPTIONS: Final = {
    Finding.OPTIONS_ANSWERED: Told(Verdict.GOOD, "OPTIONS was answered: {sip_code} {sip_reason}."),
    Finding.OPTIONS_WITHOUT_INVITE: Told(
        Verdict.WARN,
        "The peer says it takes {allow}, and INVITE is not among them.",
        "Make sure that this is the address for calls, not one for registration or messages.",
    ),
    Finding.OPTIONS_UNHEALTHY: Told(
        Verdict.FAIL,
        "OPTIONS was answered {sip_code} {sip_reason}, which the edge takes for out of order.",
        "Ask the carrier whether the trunk is up, and whether it answers OPTIONS.",
    ),
    Finding.OPTIONS_UNANSWERED: Told(
        Verdict.FAIL,
        "{peer} took the connection, but did not answer OPTIONS: {error}.",
        "Make sure that this is a SIP port, and that the carrier allows the addresses of this"
        " machine and of the edge.",
    ),
    Finding.OPTIONS_GARBAGE: Told(
        Verdict.FAIL,
        "What {peer} answers is not SIP.",
        "Compare port and transport: something else listens there.",
    ),
}

_AUTHENTICATION: Final = {
    Finding.LOGIN_ACCEPTED: Told(Verdict.GOOD, "The stored login is good for realm {realm}."),
    Finding.LOGIN_NOT_NEEDED: Told(Verdict.SKIPPED, "No login is stored, and none is asked for."),
    Finding.LOGIN_NOT_ASKED: Told(
        Verdict.SKIPPED,
        "OPTIONS was answered without a login, so only a call can tell whether the stored one is"
        " good.",
    ),
    Finding.LOGIN_MISSING: Told(
        Verdict.WARN,
        "The peer asks to log in to realm {realm}, and no login is stored.",
        "Store auth_username and auth_password if calls have to log in, too.",
    ),
    Finding.LOGIN_REFUSED: Told(
        Verdict.FAIL,
        "Realm {realm} refuses the stored user name and password ({sip_code}).",
        "Store auth_username and auth_password again as the carrier gave them to you.",
    ),
    Finding.LOGIN_UNCLEAR: Told(
        Verdict.FAIL,
        "The login was answered {sip_code} {sip_reason}, which says nothing about it.",
        "Check again. If it stays, ask the carrier what it does with OPTIONS.",
    ),
    Finding.LOGIN_METHOD_UNKNOWN: Told(
        Verdict.FAIL,
        "The peer offers only digests the edge does not know: {algorithms}.",
        "Ask the carrier for digest with MD5 and qop auth or none.",
    ),
    Finding.LOGIN_UNANSWERED: Told(
        Verdict.FAIL,
        "The peer answered OPTIONS, but not the login.",
        "Check again. Some peers ignore, for a while, whoever failed to log in several times.",
    ),
    Finding.CHALLENGE_UNREADABLE: Told(
        Verdict.FAIL,
        "The peer answered {sip_code} without saying how to log in.",
        "Ask the carrier: no call can log in there.",
    ),
}

_ANY_STEP: Final = {
    Finding.SANDBOX_ASKS_NOBODY: Told(
        Verdict.SKIPPED, "A sandbox asks nobody; use a live key to examine the trunk."
    ),
    Finding.EARLIER_STEP_FAILED: Told(Verdict.SKIPPED, "An earlier step failed."),
    Finding.OUT_OF_TIME: Told(
        Verdict.FAIL,
        "The time for the whole check was used up.",
        "Check again. If it stays, the peer or the name server is too slow for calls.",
    ),
}

FINDINGS: Final[Mapping[Finding, Told]] = {
    **_ADDRESS,
    **_DNS,
    **_TRANSPORT,
    **_TLS,
    **_OPTIONS,
    **_AUTHENTICATION,
    **_ANY_STEP,
}
