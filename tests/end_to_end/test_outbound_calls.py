"""A runtime calls out over the trunk of the number it presents."""

import hashlib
import re

import pytest

from dialplane.domain.sip_addresses import Transport
from dialplane.domain.trunk_checks import Destination
from parts.control_plane import ControlPlane
from parts.edge_process import Edge
from parts.sip_peers import CARRIER, RUNTIME, Sipp, free_port

CALLEE = "01098765432"
PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]*))')


def _digest_fits(invite: str, prefix: str, password: str) -> bool:
    [line] = re.findall(rf"^{prefix}Authorization: Digest (.*)$", invite, re.MULTILINE)
    said = {name: quoted or bare for name, quoted, bare in PARAMETER.findall(line)}
    ha1 = _md5(said["username"], said["realm"], password)
    ha2 = _md5("INVITE", said["uri"])
    rest = (said["nc"], said["cnonce"], said["qop"])
    return said["response"] == _md5(ha1, said["nonce"], *rest, ha2)


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 - SIP digest is MD5


def test_the_runtime_reaches_the_callee_over_the_numbers_trunk(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    trunk = sipp.answer("runtime_answers", CARRIER)
    digits = control.holds(trunk=trunk.host)

    sipp.call("caller_hangs_up", edge.inside, called=CALLEE, caller=digits, source=RUNTIME)

    [invite] = trunk.finish().received("INVITE")
    assert invite.startswith(f"INVITE sip:{CALLEE}@")
    assert f"From: <sip:{digits}@" in invite
    [record] = control.await_records(digits)
    assert (record["outcome"], record["hung_up_by"]) == ("ended", "caller")


@pytest.mark.parametrize("challenge", [(401, "WWW-Authenticate"), (407, "Proxy-Authenticate")])
def test_the_edge_answers_the_trunks_challenge(
    control: ControlPlane, edge: Edge, sipp: Sipp, challenge: tuple[int, str]
) -> None:
    code, header = challenge
    trunk = sipp.answer(
        "carrier_challenges",
        CARRIER,
        code=code,
        header=header,
        realm="carrier.example",
    )
    digits = control.holds(trunk=trunk.host, digest=("us", "secret"))

    sipp.call("caller_hangs_up", edge.inside, called=CALLEE, caller=digits, source=RUNTIME)

    _, answered = trunk.finish().received("INVITE")
    assert _digest_fits(
        answered, f"{header.split('-', maxsplit=1)[0]}-".removeprefix("WWW-"), "secret"
    )


def test_what_follows_an_answered_challenge_is_counted_on_from_there(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    trunk = sipp.answer(
        "carrier_challenges",
        CARRIER,
        code=407,
        header="Proxy-Authenticate",
        realm="carrier.example",
    )
    digits = control.holds(trunk=trunk.host, digest=("us", "secret"))

    caller = sipp.call("caller_hangs_up", edge.inside, called=CALLEE, caller=digits, source=RUNTIME)

    trunk.finish()
    heard = {kind: _counts(trunk.received(kind)) for kind in ("INVITE", "ACK", "BYE")}
    assert heard == {"INVITE": ["1", "2"], "ACK": ["1", "2"], "BYE": ["3"]}
    # The runtime knows nothing of it.
    assert set(_counts(caller.received("SIP/2.0 200"))) == {"1", "2"}


def _counts(messages: list[str]) -> list[str]:
    return [line for text in messages for line in re.findall(r"^CSeq: (\d+) ", text, re.MULTILINE)]


def test_a_wrong_password_at_the_trunk_is_not_passed_on_as_a_riddle(
    control: ControlPlane, edge: Edge, sipp: Sipp
) -> None:
    trunk = sipp.answer("carrier_refuses_twice", CARRIER)
    digits = control.holds(trunk=trunk.host, digest=("us", "wrong"))

    caller = sipp.call(
        "caller_is_refused", edge.inside, called=CALLEE, caller=digits, source=RUNTIME, code=502
    )

    assert "X-Dialplane-Reason: target_auth_failed" in caller.received("SIP/2.0 502")[0]
    trunk.finish()
    [record] = control.await_records(digits)
    assert (record["outcome"], record["reason"]) == ("failed", "target_auth_failed")


def test_a_number_nobody_holds_is_not_presented(edge: Edge, sipp: Sipp) -> None:
    caller = sipp.call(
        "caller_is_refused",
        edge.inside,
        called=CALLEE,
        caller="0709999999",
        source=RUNTIME,
        code=404,
    )

    assert "X-Dialplane-Reason: number_unknown" in caller.received("SIP/2.0 404")[0]


def test_a_trunk_known_by_srv_is_reached_at_its_ports_in_their_order(
    control: ControlPlane, hasty_edge: Edge, sipp: Sipp
) -> None:
    trunk = sipp.answer("runtime_answers", CARRIER, transport="t1")
    digits = control.holds(trunk="carrier.invalid")
    control.leads(
        "sip:carrier.invalid",
        # Nobody is at home at the first; the second speaks TCP, and its port is the record's.
        Destination(ip=CARRIER, port=free_port(CARRIER), transport=Transport.UDP, priority=10),
        Destination(ip=CARRIER, port=trunk.port, transport=Transport.TCP, priority=20),
    )

    sipp.call("caller_hangs_up", hasty_edge.inside, called=CALLEE, caller=digits, source=RUNTIME)

    [invite] = trunk.finish().received("INVITE")
    assert invite.startswith(f"INVITE sip:{CALLEE}@carrier.invalid")
    assert "SIP/2.0/TCP" in invite
    [record] = control.await_records(digits)
    assert record["outcome"] == "ended"
