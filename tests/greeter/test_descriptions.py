"""An offer is answered with what both sides can do."""

from hypothesis import given
from hypothesis import strategies as st

from dialplane.greeter.descriptions import agreed

SESSION = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"


def answer_to(media: str) -> str:
    found = agreed(SESSION + media)
    assert found is not None
    return found.answer("192.0.2.1", 4000, version=1)


def test_the_first_codec_of_the_caller_that_is_g711_is_taken() -> None:
    found = agreed(SESSION + "m=audio 5004 RTP/AVP 18 8 0 101\r\na=rtpmap:18 G729/8000\r\n")

    assert found is not None
    assert (found.payload_type, found.host, found.port) == (8, "192.0.2.7", 5004)
    assert "a=rtpmap:8 PCMA/8000" in found.answer("192.0.2.1", 4000, version=1)


def test_every_stream_is_answered_in_its_place() -> None:
    told = answer_to("m=video 5006 RTP/AVP 96\r\nm=audio 5004 RTP/AVP 0\r\n")

    assert [line for line in told.splitlines() if line.startswith("m=")] == [
        "m=video 0 RTP/AVP 96",
        "m=audio 4000 RTP/AVP 0",
    ]


def test_a_caller_on_hold_is_not_spoken_to() -> None:
    for hold in ("a=sendonly\r\n", "a=inactive\r\n", "c=IN IP4 0.0.0.0\r\n"):
        found = agreed(f"{SESSION}m=audio 5004 RTP/AVP 0\r\n{hold}")

        assert found is not None
        assert found.host is None
    assert "a=recvonly" in answer_to("m=audio 5004 RTP/AVP 0\r\na=sendonly\r\n")


def test_encrypted_or_missing_audio_is_no_agreement() -> None:
    assert agreed(SESSION + "m=audio 5004 RTP/SAVP 0\r\n") is None
    assert agreed(SESSION + "m=audio 0 RTP/AVP 0\r\n") is None
    assert agreed(SESSION) is None
    assert agreed("m=audio 5004 RTP/AVP 0\r\n") is None


@given(
    st.lists(
        st.sampled_from(
            [
                "m=audio ",
                "5004 ",
                "RTP/AVP",
                " 0",
                " 8",
                "\r\n",
                "c=IN IP4 ",
                "1.2.3.4",
                "999",
                "a=",
            ]
        )
        | st.text(max_size=5)
    ).map("".join)
)
def test_any_text_is_an_offer_or_none(text: str) -> None:
    found = agreed(text)

    assert found is None or found.answer("192.0.2.1", 4000, version=1)
