"""The steps of one examination, each with what the earlier ones left to it."""

import ssl
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from dialplane.domain.sip_addresses import Transport, is_private_ip
from dialplane.domain.trunk_checks import (
    Challenge,
    Destination,
    Fact,
    Found,
    SipAnswer,
    Step,
    TrunkTarget,
    challenge_to_answer,
    judge_address,
    judge_certificate,
    judge_login,
    judge_options,
    login_facts,
)
from dialplane.domain.trunk_findings import FINDINGS, Finding, Verdict
from dialplane.domain.values import Millis
from dialplane.probes.deadlines import Deadline
from dialplane.probes.digest import login_header
from dialplane.probes.lines import Line, StreamLine, ask, opened, secured
from dialplane.probes.messages import Inquiry, NotSip
from dialplane.probes.names import Names, NameServerFailed, NameUnknown, NoAddress

MOST_PEERS_ASKED: Final = 3
_NOT_VALID_NOW: Final = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID, …_HAS_EXPIRED


class Examination:
    def __init__(
        self,
        target: TrunkTarget,
        names: Names,
        whole: Deadline,
        *,
        step_s: float,
        allow_private: bool,
    ) -> None:
        self._target = target
        self._names = names
        self._whole = whole
        self._step_s = step_s
        self._allow_private = allow_private
        user = target.login.username if target.login else "dialplane"
        self._inquiry = Inquiry(uri=target.address.uri, user=user)
        self._turn = 0
        self._destinations: list[Destination] = []
        self._asked: Destination | None = None
        self._line: Line | None = None
        self._first_answer: SipAnswer | None = None

    def steps(self, *, now: Millis) -> dict[Step, Callable[[], Found]]:
        """Each is taken once, in this order, as long as none has failed."""
        return {
            Step.ADDRESS: self._address,
            Step.DNS: self._dns,
            Step.TRANSPORT: self._transport,
            Step.TLS: partial(self._tls, now),
            Step.OPTIONS: self._options,
            Step.AUTHENTICATION: self._authentication,
        }

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _address(self) -> Found:
        return judge_address(self._target, allow_private=self._allow_private)

    def _dns(self) -> Found:
        address = self._target.address
        facts: dict[str, Fact] = {"host": address.host}
        try:
            found = self._names.whereabouts(address, self._within_a_step())
        except NameUnknown:
            return Finding.DNS_NAME_UNKNOWN, facts
        except NoAddress:
            return Finding.DNS_NO_ADDRESS, facts
        except NameServerFailed as error:
            return Finding.DNS_FAILED, facts | {"error": str(error)}
        # Whom to ask is settled here: looked up once more, the name could lead to somebody else.
        self._destinations = [
            each for each in found.destinations if self._allow_private or not is_private_ip(each.ip)
        ]
        facts["addresses"] = tuple(map(str, self._destinations or found.destinations))
        if found.records:
            facts["records"] = found.records
        if not self._destinations:
            return Finding.DNS_PRIVATE, facts
        return (Finding.DNS_NOT_NEEDED if address.is_ip else Finding.DNS_FOUND), facts

    def _transport(self) -> Found:
        silent: list[str] = []
        finding, facts = self._reached(self._destinations[0])
        for spare in self._destinations[1:MOST_PEERS_ASKED]:
            if FINDINGS[finding].verdict is Verdict.GOOD or self._whole.over:
                break
            silent.append(str(self._asked))
            finding, facts = self._reached(spare)
        facts = {"peer": str(self._asked), **facts}
        if silent and FINDINGS[finding].verdict is Verdict.GOOD:
            return Finding.SPARE_ANSWERED, {**facts, "unreachable": tuple(silent)}
        return finding, facts

    def _reached(self, to: Destination) -> Found:
        self.close()
        self._asked = to
        deadline = self._within_a_step()
        try:
            self._line = opened(to, deadline)
            if to.transport is not Transport.UDP:
                return Finding.CONNECTED, {}
            self._first_answer = self._ask(deadline)
        except NotSip:
            self._first_answer = None
        except ConnectionRefusedError:
            return Finding.NOBODY_LISTENS, {}
        except TimeoutError:
            return Finding.NO_ANSWER, {}
        except OSError as error:
            return Finding.UNREACHABLE, {"error": _told(error)}
        return Finding.ANSWERED, {}

    def _tls(self, now: Millis) -> Found:
        to = self._asked
        if to is None or to.transport is not Transport.TLS:
            return Finding.TLS_NOT_USED, {}
        self.close()
        deadline = self._within_a_step()
        host = self._target.address.host
        facts: Mapping[str, Fact] = {"peer": str(to), "host": host}
        try:
            self._line, shown = secured(lambda: StreamLine(to, deadline), host, deadline)
        except ssl.SSLCertVerificationError as error:
            expired = error.verify_code in _NOT_VALID_NOW
            finding = Finding.CERTIFICATE_EXPIRED if expired else Finding.CERTIFICATE_UNTRUSTED
            return finding, {**facts, "error": error.verify_message}
        except OSError as error:
            return Finding.HANDSHAKE_FAILED, {**facts, "error": _told(error)}
        finding, more = judge_certificate(shown, now=now)
        return finding, {**facts, **more}

    def _options(self) -> Found:
        peer = {"peer": str(self._asked)}
        try:
            if self._turn == 0:
                self._first_answer = self._ask(self._within_a_step())
        except NotSip:
            self._first_answer = None
        except OSError as error:
            return Finding.OPTIONS_UNANSWERED, {**peer, "error": _told(error)}
        if self._first_answer is None:
            return Finding.OPTIONS_GARBAGE, peer
        finding, facts = judge_options(self._first_answer)
        return finding, {**peer, **facts}

    def _authentication(self) -> Found:
        first = self._first_answer
        if first is None:
            return Finding.EARLIER_STEP_FAILED, {}
        wanted = challenge_to_answer(first, self._target.login)
        facts = login_facts(first)
        if isinstance(wanted, Finding):
            return wanted, facts if first.challenges else {"sip_code": first.code}
        deadline = self._within_a_step()
        try:
            after = self._log_in(wanted, deadline)
        except (OSError, NotSip):
            return Finding.LOGIN_UNANSWERED, facts
        return judge_login(after), {**facts, **login_facts(after)}

    def _log_in(self, wanted: Challenge, deadline: Deadline) -> SipAnswer:
        after = self._ask(deadline, wanted)
        fresh = next((each for each in after.challenges if each.stale and each.answerable), None)
        # Stale says that only the nonce was too old.
        return self._ask(deadline, fresh) if fresh is not None else after

    def _ask(self, deadline: Deadline, challenge: Challenge | None = None) -> SipAnswer:
        self._turn += 1
        login, header = self._target.login, ""
        if challenge is not None and login is not None:
            header = login_header(challenge, login, self._inquiry.uri)
        if self._line is None:
            raise ConnectionResetError
        return ask(self._line, self._inquiry, turn=self._turn, login=header, deadline=deadline)

    def _within_a_step(self) -> Deadline:
        return self._whole.within(self._step_s)


def _told(error: OSError) -> str:
    """What the system or OpenSSL says; only that, since an error can quote more."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, ssl.SSLError):
        return error.reason or "it is no TLS"
    return error.strerror or "it closed the connection"
