"""Where runtimes are, and that a name that leads nowhere costs nobody a ringing telephone."""

import pytest

from dialplane.dialer.jobs import Job, Orders, Target
from dialplane.dialer.places import place_of, resolved, user_of


@pytest.mark.parametrize(
    ("uri", "host", "port", "user"),
    [
        ("sip:07011112222@10.0.0.5:5080;transport=udp", "10.0.0.5", 5080, "07011112222"),
        ("sip:07011112222@voice.example.com", "voice.example.com", 5060, "07011112222"),
        ("sip:10.0.0.5", "10.0.0.5", 5060, ""),
        ("sip:a@[2001:db8::5]:5070", "[2001:db8::5]", 5070, "a"),
    ],
)
def test_a_uri_leads_somewhere(uri: str, host: str, port: int, user: str) -> None:
    assert (*place_of(uri), user_of(uri)) == (host, port, user)


def test_runtimes_without_an_address_are_left_out() -> None:
    job = Job(
        call_id="call",
        caller="07011112222",
        callee="01012345678",
        runtimes=[Target("gone", "sip:a@runtime.invalid"), Target("here", "sip:a@127.0.0.3:5080")],
        ring_timeout_ms=1_000,
        answer_timeout_ms=1_000,
        max_duration_ms=1_000,
    )

    [told] = resolved(Orders(jobs=[job])).jobs

    assert told.runtimes == [Target("here", "sip:a@127.0.0.3:5080", "127.0.0.3")]
