"""A delivery is believed when it was signed with the secret, and lately."""

from typing import Any

import msgspec
import pytest

from dialplane.client.webhooks import NotGenuine, verify, verify_call
from dialplane.domain.call_messages import call_signature
from dialplane.domain.webhooks import signature

NOW_S = 1_730_000_000
EVENT = {
    "id": "e1",
    "position": 1,
    "type": "number.purchased",
    "occurred_at": 5,
    "resource": {"type": "number", "id": "n1"},
}
BODY = msgspec.json.encode(EVENT)


def read(header: str, body: bytes = BODY, **more: Any) -> Any:
    return verify("whsec", {"x-dialplane-signature": header}, body, now_s=NOW_S, **more)


def test_what_we_sign_is_believed() -> None:
    event = read(signature(("whsec",), BODY, NOW_S))

    assert (event.id, event.resource.id) == ("e1", "n1")


def test_either_secret_will_do_while_they_overlap() -> None:
    assert read(signature(("new", "whsec"), BODY, NOW_S)).id == "e1"
    assert verify(
        ["other", "whsec"],
        {"X-Dialplane-Signature": signature(("whsec",), BODY, NOW_S)},
        BODY,
        now_s=NOW_S,
    )


@pytest.mark.parametrize(
    "header",
    [
        signature(("else",), BODY, NOW_S),
        signature(("whsec",), BODY + b" ", NOW_S),
        signature(("whsec",), BODY, NOW_S - 301),
        signature(("whsec",), BODY, NOW_S + 301),
        f"t={NOW_S}",
        f"t={NOW_S},v1=",
        f"t={NOW_S},v1=ü",
        "t=x,v1=y",
        "t=1,t=2",
        "",
    ],
)
def test_everything_else_is_not(header: str) -> None:
    with pytest.raises(NotGenuine):
        read(header)


def test_no_signature_is_none() -> None:
    with pytest.raises(NotGenuine, match="no X-Dialplane-Signature"):
        verify("whsec", {"content-type": "application/json"}, BODY)


CALL = b'{"event":"call_inbound","call_inbound":{"from_number":"01012345678"}}'


def read_call(headers: dict[str, str], body: bytes = CALL, **more: Any) -> Any:
    return verify_call("whk", headers, body, now_s=NOW_S, **more)


def test_what_we_sign_about_a_call_is_believed() -> None:
    told = read_call(call_signature("whk", CALL, NOW_S))

    assert told["call_inbound"]["from_number"] == "01012345678"


@pytest.mark.parametrize(
    "headers",
    [
        call_signature("else", CALL, NOW_S),
        call_signature("whk", CALL + b" ", NOW_S),
        call_signature("whk", CALL, NOW_S - 301),
        call_signature("whk", CALL, NOW_S + 301),
        call_signature("whk", CALL, NOW_S) | {"x-webhook-timestamp": str(NOW_S + 1)},
        call_signature("whk", CALL, NOW_S) | {"x-webhook-timestamp": "now"},
        {"x-webhook-timestamp": str(NOW_S)},
        {},
    ],
)
def test_nothing_else_about_a_call_is(headers: dict[str, str]) -> None:
    with pytest.raises(NotGenuine):
        read_call(headers)
