"""A call that was asked for over the API: the callee rings, the runtime talks, both are joined."""

import hashlib
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dialplane.store.opening import open_database
from parts.edge_process import Edge, edge_settings
from parts.placing_ground import Ground
from parts.sip_peers import CARRIER, RUNTIME, SPARE_RUNTIME, Peer, Sipp, free_port
from parts.tls_front import a_certificate, tls_in_front_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sippy") is None, reason="needs dialplane[dialer]"
)
SETTLED = ("ended", "not_connected", "canceled", "error")
PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]*))')


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    directory = tmp_path_factory.mktemp("placing")
    url = ""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = server.copy(request.getfixturevalue("_postgres_template"))
    else:
        template: Path = request.getfixturevalue("_sqlite_template")
        (directory / template.name).write_bytes(template.read_bytes())
    environment = {"DIALPLANE_DATABASE_URL": url, "DIALPLANE_DATA_DIR": str(directory)}
    ground = Ground(
        environment=environment, directory=directory, database=open_database(url, directory)
    )
    try:
        ground.start()
        yield ground
    finally:
        ground.stop()


@pytest.fixture(scope="module")
def edge(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    directory = tmp_path_factory.mktemp("edge")
    edge = Edge(settings=edge_settings(directory, ground.url, ground.token))
    edge.configured(
        tls=a_certificate(directory, verify_peers=False),
        inside=replace(edge.settings.inside, tls_port=free_port()),
    )
    edge.start()
    yield edge
    edge.stop()


@pytest.fixture(scope="module")
def placing(ground: Ground, edge: Edge) -> Ground:
    """With a dialer that takes calls."""
    ground.start_dialer(edge)
    return ground


def _digest_fits(invite: str, prefix: str, password: str) -> bool:
    [line] = re.findall(rf"^{prefix}Authorization: Digest (.*)$", invite, re.MULTILINE)
    said = {name: quoted or bare for name, quoted, bare in PARAMETER.findall(line)}
    ha1 = _md5(said["username"], said["realm"], password)
    rest = (said["nc"], said["cnonce"], said["qop"])
    return said["response"] == _md5(ha1, said["nonce"], *rest, _md5("INVITE", said["uri"]))


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324  # SIP digest is MD5


def _media(message: str) -> tuple[str, str]:
    [host] = re.findall(r"^c=IN IP4 (\S+)", message, re.MULTILINE)
    [port] = re.findall(r"^m=audio (\d+)", message, re.MULTILINE)
    return host, port


def _reason(call: dict[str, str]) -> tuple[str, str]:
    return call["status"], call["disconnection_reason"]


class TestAnswered:
    def test_the_callee_talks_to_the_agents_runtime_and_hangs_up(
        self, placing: Ground, sipp: Sipp
    ) -> None:
        callee = sipp.answer("callee_hangs_up", CARRIER, talk=400)
        runtime = sipp.answer("runtime_answers", RUNTIME)
        digits, agent_id = placing.number_over(callee.host), placing.agent_at(runtime.host)

        call_id = placing.place(digits, agent_id)

        call = placing.await_call(call_id, "ended")
        assert _reason(call) == ("ended", "user_hangup")
        assert call["end_at"] - call["start_at"] >= 300
        [to_runtime] = runtime.finish().received("INVITE")
        assert f"X-Dialplane-Call-Id: {call_id}" in to_runtime
        assert f"X-Dialplane-Agent-Id: {agent_id}" in to_runtime
        dialled, moved = callee.finish().received("INVITE")
        assert dialled.startswith("INVITE sip:01012345678@")
        assert f"From: <sip:{digits}@" in dialled
        # Media flows directly: each side was told where the other one is.
        assert _media(to_runtime)[0] == CARRIER
        assert _media(moved)[0] == RUNTIME

    def test_the_agent_hangs_up(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_hangs_up", RUNTIME, talk=300)
        digits, agent_id = placing.number_over(callee.host), placing.agent_at(runtime.host)

        call = placing.await_call(placing.place(digits, agent_id), *SETTLED)

        assert _reason(call) == ("ended", "agent_hangup")
        callee.finish()
        runtime.finish()

    def test_the_agent_says_why_it_hangs_up(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_hangs_up", RUNTIME, reason="voicemail_reached")
        digits, agent_id = placing.number_over(callee.host), placing.agent_at(runtime.host)

        call = placing.await_call(placing.place(digits, agent_id), *SETTLED)

        assert _reason(call) == ("ended", "voicemail_reached")
        callee.finish()
        runtime.finish()

    def test_a_callee_who_moves_during_the_call_is_followed(
        self, placing: Ground, sipp: Sipp
    ) -> None:
        callee = sipp.answer("callee_moves", CARRIER)
        runtime = sipp.answer("runtime_answers_reinvite", RUNTIME)
        digits, agent_id = placing.number_over(callee.host), placing.agent_at(runtime.host)

        call = placing.await_call(placing.place(digits, agent_id), *SETTLED)

        assert _reason(call) == ("ended", "user_hangup")
        callee.finish()
        _, moved = runtime.finish().received("INVITE")
        assert _media(moved) == (CARRIER, "7776")

    def test_a_dead_runtime_is_replaced_while_the_callee_is_on_the_line(
        self, placing: Ground, sipp: Sipp
    ) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        broken = sipp.answer("runtime_refuses", RUNTIME, code=503, phrase="Full")
        spare = sipp.answer("runtime_hangs_up", SPARE_RUNTIME)
        agent_id = placing.agent_at(broken.host, spare.host)

        call = placing.await_call(
            placing.place(placing.number_over(callee.host), agent_id), *SETTLED
        )

        assert _reason(call) == ("ended", "agent_hangup")
        broken.finish()
        spare.finish()

    def test_a_callee_nobody_talks_to_is_let_go(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_waits_for_nobody", CARRIER)
        runtime = sipp.answer("runtime_refuses", RUNTIME, code=486, phrase="Busy Here")
        digits, agent_id = placing.number_over(callee.host), placing.agent_at(runtime.host)

        call = placing.await_call(placing.place(digits, agent_id), *SETTLED)

        assert _reason(call) == ("ended", "orphaned_no_agent_pickup")
        callee.finish()

    def test_a_call_ends_when_its_time_is_over(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_answers", RUNTIME)
        agent_id = placing.agent_at(runtime.host, callTimeoutInSeconds=1)

        call = placing.await_call(
            placing.place(placing.number_over(callee.host), agent_id), *SETTLED
        )

        assert _reason(call) == ("ended", "max_duration_reached")
        assert call["end_at"] - call["start_at"] >= 900
        callee.finish()
        runtime.finish()


class TestRuntimesThatTheEdgeReaches:
    """The dialer speaks UDP; its leg to a runtime on TCP or TLS goes through the edge."""

    def _joined(self, placing: Ground, call_id: str, callee: Peer, runtime: Peer) -> None:
        assert _reason(placing.await_call(call_id, *SETTLED)) == ("ended", "agent_hangup")
        [to_runtime] = runtime.finish().received("INVITE")
        assert f"X-Dialplane-Call-Id: {call_id}" in to_runtime
        assert "X-Dialplane-Direction: outbound" in to_runtime
        assert "X-Dialplane-Agent-Version: current" in to_runtime
        assert "X-Dialplane-Target" not in to_runtime
        _, moved = callee.finish().received("INVITE")
        assert (_media(to_runtime)[0], _media(moved)[0]) == (CARRIER, RUNTIME)

    def test_over_tcp(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_hangs_up", RUNTIME, talk=300, transport="t1")
        digits, agent_id = (
            placing.number_over(callee.host),
            placing.agent_at(f"{runtime.host};transport=tcp"),
        )

        self._joined(placing, placing.place(digits, agent_id), callee, runtime)

    def test_over_tls(self, placing: Ground, edge: Edge, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_hangs_up", RUNTIME, talk=300, transport="t1")
        assert edge.settings.tls is not None
        with tls_in_front_of(RUNTIME, runtime.port, edge.settings.tls) as port:
            agent_id = placing.agent_at(f"{RUNTIME}:{port};transport=tls")

            call_id = placing.place(placing.number_over(callee.host), agent_id)

            self._joined(placing, call_id, callee, runtime)
        assert "SIP/2.0/TLS" in runtime.received("INVITE")[0]

    def test_the_callee_hangs_up(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_hangs_up", CARRIER, talk=400)
        runtime = sipp.answer("runtime_answers", RUNTIME, transport="t1")
        agent_id = placing.agent_at(f"{runtime.host};transport=tcp")

        call_id = placing.place(placing.number_over(callee.host), agent_id)

        call = placing.await_call(call_id, *SETTLED)
        assert _reason(call) == ("ended", "user_hangup")
        assert call["end_at"] - call["start_at"] >= 300
        runtime.finish()

    def test_one_that_is_not_there_is_replaced(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        spare = sipp.answer("runtime_hangs_up", SPARE_RUNTIME)
        gone = f"{RUNTIME}:{free_port(RUNTIME)};transport=tcp"

        call_id = placing.place(
            placing.number_over(callee.host), placing.agent_at(gone, spare.host)
        )

        assert _reason(placing.await_call(call_id, *SETTLED)) == ("ended", "agent_hangup")
        spare.finish()

    def test_nobody_else_is_taken_there(self, placing: Ground, edge: Edge, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_hangs_up", RUNTIME, talk=2_000, transport="t1")
        agent_id = placing.agent_at(f"{runtime.host};transport=tcp")
        call_id = placing.place(placing.number_over(callee.host), agent_id)
        placing.await_call(call_id, "ongoing")

        stranger = sipp.call(
            "caller_claims_a_runtime",
            edge.inside,
            called="07000000000",
            source=SPARE_RUNTIME,
            claim=call_id,
            target=f"{agent_id}-0",
        )

        assert "X-Dialplane-Reason: number_unknown" in stranger.received("SIP/2.0 404")[0]
        placing.await_call(call_id, *SETTLED)
        assert len(runtime.finish().received("INVITE")) == 1


class TestNotConnected:
    @pytest.mark.parametrize(
        ("code", "phrase", "reason"),
        [
            (486, "Busy Here", "dial_busy"),
            (603, "Decline", "dial_declined"),
            (480, "Temporarily Unavailable", "dial_no_answer"),
            (404, "Not Found", "dial_failed"),
            (503, "Service Unavailable", "dial_failed"),
            (607, "Unwanted", "blocked_number"),
            (402, "Payment Required", "insufficient_balance"),
        ],
    )
    def test_the_carriers_answer_says_why(
        self, placing: Ground, sipp: Sipp, *, code: int, phrase: str, reason: str
    ) -> None:
        callee = sipp.answer("callee_refuses", CARRIER, code=code, phrase=phrase)
        agent_id = placing.agent_at(f"{RUNTIME}:{free_port(RUNTIME)}")

        call = placing.await_call(
            placing.place(placing.number_over(callee.host), agent_id), *SETTLED
        )

        assert _reason(call) == ("not_connected", reason)
        assert call["start_at"] is None
        callee.finish()

    def test_nobody_picks_up(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_rings", CARRIER)
        agent_id = placing.agent_at(f"{RUNTIME}:5060", ringDurationInSeconds=1)

        call = placing.await_call(
            placing.place(placing.number_over(callee.host), agent_id), *SETTLED
        )

        assert _reason(call) == ("not_connected", "dial_no_answer")
        callee.finish()

    def test_a_trunk_that_is_not_there(self, placing: Ground) -> None:
        digits = placing.number_over(f"{CARRIER}:{free_port(CARRIER)};transport=tcp")

        call = placing.await_call(
            placing.place(digits, placing.agent_at(f"{RUNTIME}:5060")), *SETTLED
        )

        assert _reason(call) == ("not_connected", "dial_failed")


class TestDigest:
    @pytest.mark.parametrize(
        ("code", "header"), [(401, "WWW-Authenticate"), (407, "Proxy-Authenticate")]
    )
    def test_the_trunks_challenge_is_answered(
        self, placing: Ground, sipp: Sipp, code: int, header: str
    ) -> None:
        trunk = sipp.answer(
            "carrier_challenges_then_answers",
            CARRIER,
            code=code,
            header=header,
            realm="carrier.example",
        )
        runtime = sipp.answer("runtime_hangs_up", RUNTIME)
        digits = placing.number_over(trunk.host, auth_username="us", auth_password="secret")

        call = placing.await_call(placing.place(digits, placing.agent_at(runtime.host)), *SETTLED)

        assert _reason(call) == ("ended", "agent_hangup")
        answered = trunk.finish().received("INVITE")[1]
        prefix = "Proxy-" if code == 407 else ""
        assert _digest_fits(answered, prefix, "secret")

    def test_a_trunk_that_refuses_our_login_is_named_as_the_reason(
        self, placing: Ground, sipp: Sipp
    ) -> None:
        trunk = sipp.answer("carrier_refuses_twice", CARRIER)
        digits = placing.number_over(trunk.host, auth_username="us", auth_password="wrong")

        call_id = placing.place(digits, placing.agent_at(f"{RUNTIME}:5060"))

        assert _reason(placing.await_call(call_id, *SETTLED)) == ("not_connected", "dial_failed")
        trunk.finish()
        ended = placing.post(f"/x/v1/calls/{call_id}/replay")["recorded"]["ended"]
        assert (ended["reason"], ended["sip_code"]) == ("target_auth_failed", 502)
        check = placing.post(f"/x/v1/trunks/{placing.trunk_of(digits)}/check")
        assert ended["at"] - 2_000 <= check["login_refused_at"] <= ended["at"] + 2_000


class TestHangingUp:
    def test_a_ringing_call_is_given_up(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_rings", CARRIER)
        digits = placing.number_over(callee.host)
        call_id = placing.place(digits, placing.agent_at(f"{RUNTIME}:5060"))
        callee.await_received("INVITE")

        placing.post(f"/x/v1/calls/{call_id}/hang-up")

        callee.finish()
        assert placing.await_call(call_id, *SETTLED)["status"] == "canceled"

    def test_an_answered_call_is_hung_up_on_both_sides(self, placing: Ground, sipp: Sipp) -> None:
        callee = sipp.answer("callee_answers", CARRIER)
        runtime = sipp.answer("runtime_answers", RUNTIME)
        digits = placing.number_over(callee.host)
        call_id = placing.place(digits, placing.agent_at(runtime.host))
        placing.await_call(call_id, "ongoing")

        placing.post(f"/x/v1/calls/{call_id}/hang-up")

        callee.finish()
        runtime.finish()
        assert _reason(placing.await_call(call_id, *SETTLED)) == ("ended", "operator_hangup")
