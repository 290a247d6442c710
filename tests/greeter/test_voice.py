"""The greeting as it goes over the wire."""

import struct
from importlib.resources import files
from itertools import pairwise

import pytest

from dialplane.greeter.voice import FRAME, packets, recording

MOST_BYTES = 200_000


@pytest.mark.parametrize("payload_type", [0, 8])
def test_the_greeting_has_some_seconds_and_no_header(payload_type: int) -> None:
    samples = recording(payload_type)

    assert 8 * 8000 < len(samples) < 13 * 8000
    assert not samples.startswith(b"RIFF")


def test_both_recordings_are_small() -> None:
    sizes = [
        len(each.read_bytes())
        for each in files("dialplane.greeter").iterdir()
        if each.name.endswith(".wav")
    ]

    assert sum(sizes) < MOST_BYTES


def test_packets_count_on_and_only_the_first_is_marked() -> None:
    told = [struct.unpack("!BBHII", each[:12]) for each in packets(bytes(FRAME * 3 + 7), 8)]

    assert len(told) == 3
    assert [marked for _, marked, *_ in told] == [0x88, 8, 8]
    assert {(b[2] - a[2]) & 0xFFFF for a, b in pairwise(told)} == {1}
    assert [at for *_, at, _ in told] == [0, FRAME, 2 * FRAME]
    assert len({source for *_, source in told}) == 1
