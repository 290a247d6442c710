"""A trunk is examined step by step, against real peers on this machine."""

import time
from typing import Any

import dns.resolver
import pytest

from dialplane.domain.sip_addresses import parse_sip_address
from dialplane.domain.trunk_checks import Step, StepReport, TrunkLogin, TrunkReport, TrunkTarget
from dialplane.domain.trunk_findings import Verdict
from dialplane.probes import trunk_doctor
from dialplane.probes.names import Names
from dialplane.probes.trunk_doctor import TrunkDoctor
from parts.name_server import NameServer
from parts.sip_impostors import always, connections, datagrams, drips, saying
from parts.sip_peers import free_port
from parts.sip_switch import HOST, PASSWORD, REALM, Switch

LOGIN = TrunkLogin(username="hanbit", password=PASSWORD)
PATIENCE_S, SOON_S = 8.0, 0.7
"""For peers that answer, however busy the machine is; and for those that never do."""
DIGEST = f'Digest realm="{REALM}", nonce="abc"'


def examined(
    address: str, *, login: TrunkLogin | None = None, offline: bool = False, **how: Any
) -> TrunkReport:
    doctor = TrunkDoctor(
        lambda: time.time_ns() // 1_000_000,
        **{"allow_private": True, "step_s": PATIENCE_S} | how,
    )
    target = TrunkTarget(address=parse_sip_address(address), login=login, offline=offline)
    return doctor.examine(target)


def found(report: TrunkReport) -> dict[str, str]:
    """What each step found, as far as it was taken."""
    left_out = ("earlier_step_failed", "sandbox_asks_nobody")
    return {each.step: each.finding for each in report.steps if each.finding not in left_out}


def step(report: TrunkReport, wanted: Step) -> StepReport:
    return next(each for each in report.steps if each.step is wanted)


class TestPeersThatTakeCalls:
    @pytest.mark.parametrize("transport", ["udp", "tcp"])
    def test_a_peer_without_a_login_is_good(self, switch: Switch, transport: str) -> None:
        report = examined(f"{HOST}:{switch.plain};transport={transport}")

        assert found(report) == {
            "address": "address_understood",
            "dns": "dns_not_needed",
            "transport": "answered" if transport == "udp" else "connected",
            "tls": "tls_not_used",
            "options": "options_answered",
            "authentication": "login_not_needed",
        }
        assert report.verdict is Verdict.GOOD

    def test_the_peer_is_told_by_its_own_words(self, switch: Switch) -> None:
        facts = step(examined(f"{HOST}:{switch.plain}"), Step.OPTIONS).facts

        assert (facts["sip_code"], facts["user_agent"]) == (200, "Switch of tests")
        assert facts["allow"] == ("INVITE", "ACK", "BYE", "OPTIONS")

    def test_a_peer_that_takes_no_calls_is_pointed_out(self, switch: Switch) -> None:
        report = examined(f"{HOST}:{switch.mailbox}")

        assert step(report, Step.OPTIONS).finding == "options_without_invite"
        assert report.verdict is Verdict.WARN

    def test_a_peer_out_of_order_is_down_as_it_is_for_the_edge(self, switch: Switch) -> None:
        report = examined(f"{HOST}:{switch.out_of_order}")

        assert found(report)["options"] == "options_unhealthy"
        assert step(report, Step.OPTIONS).facts["sip_code"] == 503
        assert report.verdict is Verdict.FAIL


class TestLogins:
    @pytest.mark.parametrize("transport", ["udp", "tcp"])
    def test_the_right_password_is_taken(self, switch: Switch, transport: str) -> None:
        report = examined(f"{HOST}:{switch.asks_login};transport={transport}", login=LOGIN)

        assert found(report)["authentication"] == "login_accepted"
        assert step(report, Step.AUTHENTICATION).facts["realm"] == REALM
        assert report.verdict is Verdict.GOOD

    def test_the_wrong_password_is_told(self, switch: Switch) -> None:
        wrong = TrunkLogin(username="hanbit", password="wrong horse")

        report = examined(f"{HOST}:{switch.asks_login}", login=wrong)

        assert found(report)["options"] == "options_answered"
        assert found(report)["authentication"] == "login_refused"
        assert report.verdict is Verdict.FAIL
        assert "wrong horse" not in repr(report)

    def test_a_login_that_is_missing_is_told(self, switch: Switch) -> None:
        report = examined(f"{HOST}:{switch.asks_login}")

        assert found(report)["authentication"] == "login_missing"
        assert report.verdict is Verdict.WARN

    def test_a_login_nobody_asks_for_is_neither_good_nor_bad(self, switch: Switch) -> None:
        report = examined(f"{HOST}:{switch.plain}", login=LOGIN)

        assert found(report)["authentication"] == "login_not_asked"
        assert step(report, Step.AUTHENTICATION).verdict is Verdict.SKIPPED

    @pytest.mark.parametrize(
        ("challenge", "finding"),
        [
            pytest.param("", "challenge_unreadable", id="no challenge at all"),
            pytest.param('Digest realm="x"', "challenge_unreadable", id="no nonce"),
            pytest.param("Bearer abc", "challenge_unreadable", id="another scheme"),
            pytest.param(f"{DIGEST}, algorithm=SHA-256", "login_method_unknown", id="SHA-256"),
            pytest.param(f'{DIGEST}, qop="auth-int"', "login_method_unknown", id="auth-int"),
            pytest.param(DIGEST, "login_refused", id="always again"),
            pytest.param(f"{DIGEST}, stale=TRUE", "login_refused", id="stale for ever"),
        ],
    )
    def test_strange_challenges_end_somewhere(self, challenge: str, finding: str) -> None:
        headers = [f"WWW-Authenticate: {challenge}"] if challenge else []

        with datagrams(saying("SIP/2.0 401 Unauthorized", *headers)) as port:
            report = examined(f"{HOST}:{port}", login=LOGIN)

        assert found(report)["authentication"] == finding

    def test_a_proxy_is_answered_as_a_proxy(self) -> None:
        heard: list[bytes] = []
        challenge = saying("SIP/2.0 407 Who", f"Proxy-Authenticate: {DIGEST}")

        def proxy(request: bytes) -> bytes:
            heard.append(request)
            return (saying("SIP/2.0 404 Here") if b"Proxy-Authorization" in request else challenge)(
                request
            )

        with datagrams(proxy) as port:
            report = examined(f"{HOST}:{port}", login=LOGIN)

        assert found(report)["authentication"] == "login_accepted"
        assert PASSWORD.encode() not in b"".join(heard)


class TestTls:
    def test_a_good_certificate_is_good(self, trusted: Switch) -> None:
        report = examined(f"sips:{HOST}:{trusted.secure}")

        assert found(report)["tls"] == "certificate_good"
        assert step(report, Step.TLS).facts["names"] == (HOST,)
        assert report.verdict is Verdict.GOOD

    @pytest.mark.parametrize("port", ["other_name", "expires_soon"])
    def test_a_certificate_that_needs_care_lets_calls_through(
        self, trusted: Switch, port: str
    ) -> None:
        report = examined(f"{HOST}:{getattr(trusted, port)};transport=tls")

        assert found(report)["tls"] == f"certificate_{port}"
        assert found(report)["options"] == "options_answered"
        assert report.verdict is Verdict.WARN

    def test_an_expired_certificate_ends_it(self, trusted: Switch) -> None:
        report = examined(f"sips:{HOST}:{trusted.expired}")

        assert found(report)["tls"] == "certificate_expired"
        assert "options" not in found(report)

    def test_a_certificate_nobody_vouches_for_ends_it(self, trusted: Switch) -> None:
        report = examined(f"sips:{HOST}:{trusted.unvouched}")

        assert found(report)["tls"] == "certificate_untrusted"
        assert report.verdict is Verdict.FAIL

    def test_a_port_that_speaks_no_tls_is_told(self, switch: Switch) -> None:
        report = examined(f"sips:{HOST}:{switch.plain}", step_s=SOON_S)

        assert found(report)["transport"] == "connected"
        assert found(report)["tls"] == "handshake_failed"


class TestPeersThatAreNone:
    def test_a_dead_port_is_told_over_udp(self) -> None:
        report = examined(f"{HOST}:{free_port()}")

        assert found(report)["transport"] == "nobody_listens"
        assert "tls" not in found(report)

    def test_a_dead_port_is_told_over_tcp(self) -> None:
        report = examined(f"{HOST}:{free_port()};transport=tcp")

        assert found(report)["transport"] == "nobody_listens"

    def test_silence_is_told(self) -> None:
        asked: list[bytes] = []

        def nobody(request: bytes) -> bytes:
            asked.append(request)
            return b""

        with datagrams(nobody) as port:
            report = examined(f"{HOST}:{port}", step_s=SOON_S)

        assert found(report)["transport"] == "no_answer"
        assert len(asked) == 2, "a lost datagram is repeated"

    @pytest.mark.parametrize(
        "garbage",
        [
            b"\x00\xff\x80",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"SIP/2.0 999 Far\r\n\r\n",
            b"x" * 9000,
        ],
        ids=["bytes", "another protocol", "no status", "very long"],
    )
    def test_what_is_not_sip_is_told(self, garbage: bytes) -> None:
        with datagrams(always(garbage)) as udp, connections(always(garbage)) as tcp:
            reports = [examined(f"{HOST}:{udp}"), examined(f"{HOST}:{tcp};transport=tcp")]

        assert [found(each)["options"] for each in reports] == ["options_garbage"] * 2

    def test_a_peer_that_hangs_up_is_told(self) -> None:
        with connections(always(b"")) as port:
            report = examined(f"{HOST}:{port};transport=tcp")

        assert found(report)["options"] == "options_unanswered"
        assert step(report, Step.OPTIONS).facts["error"] == "it closed the connection"

    def test_a_peer_that_only_rings_does_not_hold_us_up(self) -> None:
        with datagrams(saying("SIP/2.0 100 Trying")) as port:
            report = examined(f"{HOST}:{port}", step_s=SOON_S)

        assert found(report)["transport"] == "no_answer"
        assert report.duration_ms < trunk_doctor.WHOLE_S * 1000

    @pytest.mark.parametrize("transport", ["tcp", "tls"])
    def test_a_peer_that_speaks_too_slowly_does_not_hold_us_up(self, transport: str) -> None:
        with drips() as port:
            report = examined(f"{HOST}:{port};transport={transport}", step_s=SOON_S)

        assert report.verdict is Verdict.FAIL
        assert report.duration_ms < trunk_doctor.WHOLE_S * 1000

    def test_an_answer_to_somebody_else_is_none(self) -> None:
        stray = b"SIP/2.0 200 OK\r\nCall-ID: another\r\nCSeq: 1 OPTIONS\r\n\r\n"

        with datagrams(always(stray)) as port:
            report = examined(f"{HOST}:{port}", step_s=SOON_S)

        assert found(report)["transport"] == "no_answer"

    def test_what_a_peer_says_about_itself_is_shown_on_one_short_line(self) -> None:
        agent = "User-Agent: " + "\x1b[31m" + "x" * 1000

        with datagrams(saying("SIP/2.0 200 OK", agent, "Allow: INVITE")) as port:
            facts = step(examined(f"{HOST}:{port}"), Step.OPTIONS).facts

        assert str(facts["user_agent"]).isprintable()
        assert len(str(facts["user_agent"])) == 200


class TestNames:
    def test_a_name_leads_to_its_peer(self, switch: Switch) -> None:
        zone = {
            ("trunk.test", "NAPTR"): ('10 0 "S" "SIP+D2T" "" _sip._tcp.trunk.test.',),
            ("_sip._tcp.trunk.test", "SRV"): (f"0 0 {switch.plain} sbc.trunk.test.",),
            ("sbc.trunk.test", "A"): (HOST,),
        }
        with NameServer(zone) as server:
            report = examined("trunk.test", names=Names(server.resolver))

        assert step(report, Step.DNS).facts["records"] == ("NAPTR", "SRV", "A")
        assert step(report, Step.TRANSPORT).facts["peer"] == f"tcp {HOST}:{switch.plain}"
        assert report.verdict is Verdict.GOOD

    def test_a_spare_is_asked_when_the_first_is_dead(self, switch: Switch) -> None:
        dead = free_port()
        servers = (f"20 0 {switch.plain} b.trunk.test.", f"10 0 {dead} a.trunk.test.")
        zone = {
            ("_sip._udp.trunk.test", "SRV"): servers,
            ("a.trunk.test", "A"): (HOST,),
            ("b.trunk.test", "A"): (HOST,),
        }
        with NameServer(zone) as server:
            report = examined("trunk.test;transport=udp", names=Names(server.resolver))

        assert found(report)["transport"] == "spare_answered"
        assert step(report, Step.TRANSPORT).facts["unreachable"] == (f"udp {HOST}:{dead}",)
        assert report.verdict is Verdict.WARN

    @pytest.mark.parametrize(
        ("name", "finding"),
        [
            ("nowhere.test", "dns_name_unknown"),
            ("mail.test", "dns_no_address"),
            ("x.broken.test", "dns_failed"),
            ("x.silent.test", "dns_failed"),
        ],
    )
    def test_a_name_that_leads_nowhere_is_told(self, name: str, finding: str) -> None:
        with NameServer({("mail.test", "MX"): ("1 mx.mail.test.",)}) as server:
            report = examined(name, names=Names(server.resolver), step_s=SOON_S)

        assert found(report) == {"address": "address_understood", "dns": finding}
        assert report.verdict is Verdict.FAIL
        assert report.duration_ms < trunk_doctor.WHOLE_S * 1000

    def test_a_machine_without_a_name_server_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def none(*_: object, **__: object) -> None:
            raise dns.resolver.NoResolverConfiguration

        monkeypatch.setattr(dns.resolver, "Resolver", none)

        assert found(examined("trunk.test"))["dns"] == "dns_failed"


class TestWhomNotToAsk:
    def test_this_machine_is_not_asked_unless_that_is_allowed(self) -> None:
        asked: list[bytes] = []

        with datagrams(lambda request: asked.append(request) or b"") as port:
            report = examined(f"{HOST}:{port}", allow_private=False)

        assert found(report) == {"address": "address_private"}
        assert asked == []

    def test_nor_by_a_harmless_name(self) -> None:
        asked: list[bytes] = []

        with (
            datagrams(lambda request: asked.append(request) or b"") as port,
            NameServer({("trunk.test", "A"): (HOST, "169.254.169.254")}) as server,
        ):
            report = examined(
                f"trunk.test:{port}", names=Names(server.resolver), allow_private=False
            )

        assert found(report)["dns"] == "dns_private"
        assert asked == []

    def test_a_sandbox_asks_nobody(self) -> None:
        with NameServer({}) as server:
            report = examined("trunk.test", names=Names(server.resolver), offline=True)

        assert found(report) == {"address": "address_understood"}
        assert {each.finding for each in report.steps[1:]} == {"sandbox_asks_nobody"}
        assert server.asked == []


def test_an_examination_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_doctor, "WHOLE_S", 0.3)
    with NameServer({}) as server:
        report = examined("x.silent.test", names=Names(server.resolver))

    assert report.verdict is Verdict.FAIL
    assert report.duration_ms < PATIENCE_S * 1000
