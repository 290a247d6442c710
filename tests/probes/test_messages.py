"""What comes from the network is read for what it is, or refused; it never breaks anything."""

from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.trunk_checks import Challenge, TrunkLogin
from dialplane.probes.digest import login_header
from dialplane.probes.messages import Inquiry, NotSip, length_of_first, read_message

INQUIRY = Inquiry(uri="sip:trunk.test", user="hanbit")
HEADERS = st.sampled_from(
    ["WWW-Authenticate: ", "Allow: ", "Call-ID: ", "i: ", "CSeq: ", "Server: ", " ", "\t", ":", ""]
)
CHALLENGES = st.lists(
    st.sampled_from(
        ["Digest ", "realm=", "nonce=", '"', "\\", ",", "=", "qop=", "auth", "ü", "\r\n "]
    )
).map("".join)


def read(raw: bytes) -> None:
    try:
        answer, message = read_message(raw)
    except NotSip:
        return
    INQUIRY.is_answered_by(message, 1)
    for text in (answer.reason, answer.user_agent, *answer.allow):
        assert "\n" not in text
        assert len(text) <= 200


@given(st.binary(max_size=2000))
def test_any_bytes_are_an_answer_or_none(raw: bytes) -> None:
    read(raw)
    length = length_of_first(raw)
    assert length is None or length > 0


@given(st.lists(st.tuples(HEADERS, CHALLENGES | st.text(max_size=60)), max_size=8))
def test_any_headers_are_read(headers: list[tuple[str, str]]) -> None:
    lines = "".join(f"{name}{value}\r\n" for name, value in headers)

    read(f"SIP/2.0 401 Who are you\r\n{lines}\r\n".encode(errors="replace"))


@given(CHALLENGES | st.text(max_size=80))
def test_whatever_a_challenge_says_the_login_is_one_line(challenge: str) -> None:
    raw = f"SIP/2.0 401 Who\r\nWWW-Authenticate: Digest {challenge}\r\n\r\n"
    answer, _ = read_message(raw.encode(errors="replace"))

    for each in answer.challenges:
        header = login_header(each, TrunkLogin(username='a"b', password="secret"), INQUIRY.uri)
        assert "\r" not in header
        assert "\n" not in header
        assert "secret" not in header.replace(each.realm, "").replace(each.nonce, "")


def test_a_request_is_what_rfc_3261_asks_for() -> None:
    lines = INQUIRY.request(via="TCP", local="192.0.2.1:40000", turn=2).decode().split("\r\n")

    assert lines[0] == "OPTIONS sip:trunk.test SIP/2.0"
    assert lines[1].startswith("Via: SIP/2.0/TCP 192.0.2.1:40000;branch=z9hG4bK")
    assert f"Call-ID: {INQUIRY.call_id}" in lines
    assert "CSeq: 2 OPTIONS" in lines
    assert lines[-3:] == ["Content-Length: 0", "", ""]


def test_a_login_is_the_one_of_rfc_2617() -> None:
    challenge = Challenge(realm="carrier", nonce="abc")

    header = login_header(challenge, TrunkLogin(username="u", password="p"), "sip:h")

    # printf 'u:carrier:p' | md5sum; printf 'OPTIONS:sip:h' | md5sum; both around the nonce.
    assert 'response="5d2d272b5b2518e97b13574e5080211c"' in header


def test_the_length_of_a_message_on_a_stream_counts_its_body() -> None:
    assert length_of_first(b"SIP/2.0 200 OK\r\nl: 4\r\n\r\nbodySIP/2.0") == 28
    assert length_of_first(b"SIP/2.0 200 OK\r\n") is None
