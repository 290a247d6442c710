"""Somebody with a telephone calls the greeter and hears it."""

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialplane.cli.greeter import beside
from dialplane.greeter.voice import FRAME, recording
from parts.sip_lines import UdpLine
from parts.sip_peers import Sipp, free_port

pytestmark = [
    pytest.mark.skipif(shutil.which("sipp") is None, reason="needs sipp"),
    pytest.mark.xdist_group("greeter"),
]
HERE = "127.0.0.1"
SILENCE = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


@pytest.fixture(scope="module")
def greeter() -> Iterator[str]:
    """Where it can be called, as host and port."""
    with beside(port=free_port(HERE)) as uri:
        assert uri is not None
        yield uri.removeprefix("sip:")


@pytest.fixture
def sipp(tmp_path: Path) -> Iterator[Sipp]:
    peers = Sipp(directory=tmp_path)
    yield peers
    peers.stop()


class Ear:
    """Hears every packet that comes to a port of its own."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HERE, 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while packet := self._socket.recv(2048):
            self.packets.append(packet)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (HERE, self.port))
        self._thread.join()
        self._socket.close()

    @property
    def payload_types(self) -> set[int]:
        return {packet[1] & 0x7F for packet in self.packets}

    @property
    def heard(self) -> bytes:
        return b"".join(packet[12:] for packet in self.packets)


@pytest.fixture
def ears() -> Iterator[tuple[Ear, Ear]]:
    pair = Ear(), Ear()
    yield pair
    for each in pair:
        each.close()


def test_two_callers_hear_all_of_it_each_in_their_codec_and_are_hung_up_on(
    greeter: str, sipp: Sipp, ears: tuple[Ear, Ear]
) -> None:
    calls = [
        sipp.begin_call(
            "caller_listens", greeter, called="hi", source=HERE, ear=ear.port, formats=formats
        )
        for ear, formats in zip(ears, ("8 101", "18 0 8"), strict=True)
    ]
    for call in calls:
        call.finish()

    assert [call.received("BYE") != [] for call in calls] == [True, True]
    for ear, payload_type in zip(ears, (8, 0), strict=True):
        whole = recording(payload_type)
        assert ear.payload_types == {payload_type}
        assert ear.heard == whole[: len(whole) // FRAME * FRAME]


def test_a_caller_may_hang_up_in_the_middle(greeter: str, sipp: Sipp) -> None:
    call = sipp.call("caller_hangs_up", greeter, called="hi")

    assert len(call.received("SIP/2.0 200")) == 2
    assert call.received("BYE") == []


def test_a_caller_may_think_better_of_it(greeter: str) -> None:
    # It picks up after a tenth of a second, which a busy machine may let pass before the CANCEL.
    assert "SIP/2.0 487" in (end_of_cancelled(greeter) for _ in range(5))


def end_of_cancelled(greeter: str) -> str:
    with UdpLine(HERE, greeter) as line:
        line.say("INVITE", "hi")
        line.hear(r"SIP/2\.0 100")
        line.say("CANCEL", "hi")
        return line.hear(r"SIP/2\.0 [4-6]")[: len("SIP/2.0 487")]


def test_a_caller_may_move_its_media(greeter: str, sipp: Sipp) -> None:
    call = sipp.call("caller_reinvites", greeter, called="hi")

    assert len(call.received("SIP/2.0 200")) == 3


def offering(line: UdpLine, greeter: str, media: str) -> str:
    """The final answer to an INVITE with this media."""
    body = SILENCE + media
    headers = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
    host, port = greeter.split(":")
    text = (
        f"INVITE sip:hi@{greeter} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {HERE}:{line.port};branch=z9hG4bK{line.call}\r\nMax-Forwards: 70\r\n"
        f"From: <sip:a@{HERE}>;tag=1\r\nTo: <sip:hi@{greeter}>\r\nCall-ID: {line.call}\r\n"
        f"CSeq: 1 INVITE\r\nContact: <sip:a@{HERE}:{line.port}>\r\n{headers}\r\n{body}"
    )
    line.socket.sendto(text.encode(), (host, int(port)))
    return line.hear(r"SIP/2\.0 [2-6]")


@pytest.mark.parametrize(
    "media", ["m=audio 4000 RTP/AVP 18\r\n", "m=video 4000 RTP/AVP 31\r\n", ""]
)
def test_a_telephone_it_has_no_codec_in_common_with_is_told(greeter: str, media: str) -> None:
    with UdpLine(HERE, greeter) as line:
        assert offering(line, greeter, media).startswith("SIP/2.0 488")


@pytest.mark.parametrize(
    ("method", "answer"), [("OPTIONS", "200"), ("REGISTER", "501"), ("BYE", "481")]
)
def test_other_requests_are_answered(greeter: str, method: str, answer: str) -> None:
    with UdpLine(HERE, greeter) as line:
        line.say(method, "hi")

        assert line.hear("SIP/2.0").startswith(f"SIP/2.0 {answer}")
