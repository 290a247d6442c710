"""What examining a trunk comes to: the steps, the rules that judge what was heard, the report."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.sip_addresses import SipAddress, Transport, is_private_target
from dialplane.domain.trunk_findings import FINDINGS, Finding, Verdict
from dialplane.domain.values import DAY_MS, Millis


class Step(StrEnum):
    """In the order in which they are taken."""

    ADDRESS = "address"
    DNS = "dns"
    TRANSPORT = "transport"
    TLS = "tls"
    OPTIONS = "options"
    AUTHENTICATION = "authentication"


Fact = str | int | tuple[str, ...]
Found = tuple[Finding, Mapping[str, Fact]]
"""What a step found, and the facts behind it."""

# What the edge takes for a sign of life when it pings; a check must not say otherwise.
ALIVE: Final = frozenset({401, 403, 404, 405, 407})
SUCCESSES: Final = range(200, 300)
CHALLENGES: Final = frozenset({401, 407})
FORBIDDEN: Final = 403
EXPIRES_SOON_MS: Final = 14 * DAY_MS
_WORST_FIRST: Final = (Verdict.FAIL, Verdict.WARN, Verdict.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkLogin:
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkTarget:
    """Whom to examine; `offline` asks nobody."""

    address: SipAddress
    login: TrunkLogin | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One place a call to a peer can be sent to; the lowest priority first, then by weight."""

    ip: str
    port: int
    transport: Transport
    priority: int = field(default=0, compare=False)
    weight: int = field(default=0, compare=False)

    @property
    def uri(self) -> str:
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"sip:{host}:{self.port};transport={self.transport}"

    def __str__(self) -> str:
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return f"{self.transport} {host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """How a peer asks to log in."""

    realm: str
    nonce: str = field(repr=False)
    algorithm: str = "MD5"
    qop: tuple[str, ...] = ()
    opaque: str | None = None
    stale: bool = False
    by_proxy: bool = False

    @property
    def answerable(self) -> bool:
        """The edge is given an HA1 of MD5 only, so nothing else would let a call through."""
        return self.algorithm.upper() == "MD5" and (not self.qop or "auth" in self.qop)


@dataclass(frozen=True, slots=True, kw_only=True)
class SipAnswer:
    code: int
    reason: str = ""
    user_agent: str = ""
    allow: tuple[str, ...] = ()
    challenges: tuple[Challenge, ...] = ()

    @property
    def alive(self) -> bool:
        return self.code in SUCCESSES or self.code in ALIVE

    @property
    def facts(self) -> dict[str, Fact]:
        told: dict[str, Fact] = {"user_agent": self.user_agent, "allow": self.allow}
        return {
            "sip_code": self.code,
            "sip_reason": self.reason,
            **{name: value for name, value in told.items() if value},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a peer showed; `other_name` when it is not for the name that was asked for."""

    protocol: str
    names: tuple[str, ...]
    valid_until_at: Millis
    other_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    step: Step
    finding: Finding
    facts: Mapping[str, Fact] = field(default_factory=dict)
    duration_ms: Millis = 0

    @property
    def verdict(self) -> Verdict:
        return FINDINGS[self.finding].verdict

    @property
    def blanks(self) -> defaultdict[str, str]:
        """The facts as they fill the blanks of a text."""
        spoken = {name: _spoken(name, value) for name, value in self.facts.items()}
        return defaultdict(lambda: "-", spoken)

    @property
    def found(self) -> str:
        return FINDINGS[self.finding].found.format_map(self.blanks)

    @property
    def fix(self) -> str | None:
        return FINDINGS[self.finding].fix.format_map(self.blanks) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkReport:
    steps: tuple[StepReport, ...]
    duration_ms: Millis

    @property
    def verdict(self) -> Verdict:
        """The worst of all steps."""
        verdicts = {each.verdict for each in self.steps}
        return next((each for each in _WORST_FIRST if each in verdicts), Verdict.GOOD)


def judge_address(target: TrunkTarget, *, allow_private: bool) -> Found:
    address = target.address
    facts = {"uri": address.uri, "host": address.host}
    if is_private_target(address) and not allow_private:
        return Finding.ADDRESS_PRIVATE, facts
    return Finding.ADDRESS_UNDERSTOOD, facts


def judge_certificate(shown: Certificate, *, now: Millis) -> Found:
    facts: dict[str, Fact] = {
        "protocol": shown.protocol,
        "names": shown.names,
        "valid_until_at": shown.valid_until_at,
    }
    if shown.other_name:
        return Finding.CERTIFICATE_OTHER_NAME, facts
    if shown.valid_until_at < now + EXPIRES_SOON_MS:
        return Finding.CERTIFICATE_EXPIRES_SOON, facts
    return Finding.CERTIFICATE_GOOD, facts


def judge_options(answer: SipAnswer) -> Found:
    if not answer.alive:
        return Finding.OPTIONS_UNHEALTHY, answer.facts
    if answer.allow and "INVITE" not in answer.allow:
        return Finding.OPTIONS_WITHOUT_INVITE, answer.facts
    return Finding.OPTIONS_ANSWERED, answer.facts


def challenge_to_answer(answer: SipAnswer, login: TrunkLogin | None) -> Challenge | Finding:
    """What to log in with respect to, or why there is nothing to try."""
    if answer.code not in CHALLENGES:
        return Finding.LOGIN_NOT_NEEDED if login is None else Finding.LOGIN_NOT_ASKED
    if not answer.challenges:
        return Finding.CHALLENGE_UNREADABLE
    if login is None:
        return Finding.LOGIN_MISSING
    answerable = (each for each in answer.challenges if each.answerable)
    return next(answerable, Finding.LOGIN_METHOD_UNKNOWN)


def judge_login(after: SipAnswer) -> Finding:
    """What a peer's answer to a login says about it."""
    if after.code in CHALLENGES or after.code == FORBIDDEN:
        return Finding.LOGIN_REFUSED
    return Finding.LOGIN_ACCEPTED if after.alive else Finding.LOGIN_UNCLEAR


def login_facts(answer: SipAnswer) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"sip_code": answer.code, "sip_reason": answer.reason}
    if answer.challenges:
        facts["realm"] = answer.challenges[0].realm
        facts["algorithms"] = tuple(each.algorithm for each in answer.challenges)
    return facts


def _spoken(name: str, value: Fact) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    if name.endswith("_at") and isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()
    return str(value)
