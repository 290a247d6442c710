"""What the SDK does when servers and networks fail: said again where that is safe, never else."""

from typing import Any

import pytest

from dialplane.client import AsyncDialplane, Dialplane, Retries, errors
from parts.aside import run_aside
from parts.faulty_server import HANGS_UP, NUMBER, FaultyServer, Says, refuses
from parts.sip_peers import free_port

AT_ONCE = Retries(at_most=2, first_s=0)
BUSY = refuses(503, "UNAVAILABLE")
IN_PROGRESS = refuses(409, "IDEMPOTENCY_IN_PROGRESS")
LIMITED = refuses(429, "RATE_LIMITED", retry_after="0")


def of(server: FaultyServer, **settings: Any) -> Dialplane:
    return Dialplane("key", server.url, **{"retries": AT_ONCE, **settings})


@pytest.mark.parametrize("fault", [HANGS_UP, BUSY, LIMITED, refuses(502, ""), refuses(504, "")])
class TestAfterAFault:
    def test_reading_is_tried_again(self, fault: Says) -> None:
        with FaultyServer(fault, Says()) as server, of(server) as client:
            assert client.numbers.get("n1").number == NUMBER["number"]

        assert len(server.asked) == 2

    def test_a_change_is_sent_again_with_the_same_key(self, fault: Says) -> None:
        with FaultyServer(fault, Says()) as server, of(server) as client:
            client.numbers.purchase(number="07011112222")

        first, second = server.keys
        assert first is not None
        assert first == second

    def test_it_is_the_same_when_awaited(self, fault: Says) -> None:
        async def bought(url: str) -> None:
            async with AsyncDialplane("key", url, retries=AT_ONCE) as client:
                await client.numbers.purchase(number="07011112222")

        with FaultyServer(fault, Says()) as server:
            run_aside(bought(server.url))

        first, second = server.keys
        assert first is not None
        assert first == second


class TestWithoutAKey:
    @pytest.mark.parametrize("fault", [HANGS_UP, BUSY])
    def test_a_change_that_may_have_happened_is_not_sent_again(self, fault: Says) -> None:
        with (
            FaultyServer(fault, Says()) as server,
            of(server, idempotency_keys=False) as client,
            pytest.raises(errors.DialplaneError),
        ):
            client.numbers.purchase(number="07011112222")

        assert server.keys == [None]

    def test_what_was_turned_away_at_the_door_is_sent_again(self) -> None:
        with (
            FaultyServer(LIMITED, Says()) as server,
            of(server, idempotency_keys=False) as client,
        ):
            client.numbers.purchase(number="07011112222")

        assert server.keys == [None, None]

    def test_a_question_is_asked_again(self) -> None:
        answer = {"valid": True, "errors": [], "advisories": []}
        with (
            FaultyServer(HANGS_UP, Says(body=answer)) as server,
            of(server, idempotency_keys=False) as client,
        ):
            assert client.agents.validate_flow({"nodes": []}).valid

        assert server.keys == [None, None]

    def test_the_host_of_vox_gets_none(self) -> None:
        with (
            Dialplane("key", "https://client-api.tryvox.co/v3") as vox,
            Dialplane("key", "https://dialplane.example.com") as ours,
        ):
            makes = [client._transport._terms.makes_keys for client in (vox, ours)]  # noqa: SLF001

        assert makes == [False, True]


class TestGivingUp:
    def test_after_so_many_attempts(self) -> None:
        with (
            FaultyServer(BUSY) as server,
            of(server) as client,
            pytest.raises(errors.Unavailable) as caught,
        ):
            client.numbers.get("n1")

        assert len(server.asked) == 1 + AT_ONCE.at_most
        assert caught.value.http_status == 503

    def test_rather_than_waiting_longer_than_its_patience(self) -> None:
        with (
            FaultyServer(refuses(429, "RATE_LIMITED", retry_after="3600")) as server,
            of(server) as client,
            pytest.raises(errors.RateLimited) as caught,
        ):
            client.numbers.get("n1")

        assert len(server.asked) == 1
        assert caught.value.retry_after_s == 3600

    def test_on_what_trying_again_cannot_change(self) -> None:
        with (
            FaultyServer(refuses(409, "NUMBER_UNAVAILABLE")) as server,
            of(server) as client,
            pytest.raises(errors.NumberUnavailable),
        ):
            client.numbers.purchase(number="07011112222")

        assert len(server.asked) == 1

    def test_when_nobody_is_there(self) -> None:
        with (
            Dialplane("key", f"http://127.0.0.1:{free_port()}", retries=AT_ONCE) as client,
            pytest.raises(errors.NotReached),
        ):
            client.numbers.get("n1")

    def test_never_before_the_first_attempt_is_answered(self) -> None:
        with FaultyServer(IN_PROGRESS, Says()) as server, of(server) as client:
            client.numbers.purchase(number="07011112222", idempotency_key="mine")

        assert server.keys == ["mine", "mine"]


class TestStrangeAnswers:
    def test_unknown_fields_are_skipped_and_missing_ones_are_none(self) -> None:
        body = NUMBER | {"sms_inbound_agent": {"agent_id": "a"}, "new": 1}
        with FaultyServer(Says(body=body)) as server, of(server) as client:
            number = client.numbers.get("n1")

        assert (number.number, number.end_at) == (NUMBER["number"], None)

    @pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"id": 1}', b"\xff"])
    def test_what_cannot_be_read_is_told(self, body: bytes) -> None:
        with (
            FaultyServer(Says(body=body)) as server,
            of(server) as client,
            pytest.raises(errors.UnreadableAnswer, match="GET /v3/organization"),
        ):
            client.numbers.get("n1")

    @pytest.mark.parametrize(
        "body", [b"<html>", b"", b"[]", {"error": "no"}, {"error": {"code": "X", "details": []}}]
    )
    def test_an_error_of_somebody_in_between_has_its_status(self, body: Any) -> None:
        with (
            FaultyServer(Says(status=400, body=body)) as server,
            of(server) as client,
            pytest.raises(errors.BadRequest) as caught,
        ):
            client.numbers.get("n1")

        assert caught.value.http_status == 400

    def test_a_code_nobody_knows_is_an_error_of_its_status(self) -> None:
        with (
            FaultyServer(refuses(409, "BRAND_NEW")) as server,
            of(server) as client,
            pytest.raises(errors.Conflict) as caught,
        ):
            client.numbers.get("n1")

        assert (type(caught.value), caught.value.error_code) == (errors.Conflict, "BRAND_NEW")

    def test_a_redirection_is_not_followed_with_the_key(self) -> None:
        elsewhere = Says(status=302, headers={"location": "http://127.0.0.1:1/"})
        with (
            FaultyServer(elsewhere) as server,
            of(server) as client,
            pytest.raises(errors.ApiError),
        ):
            client.numbers.get("n1")

        assert len(server.asked) == 1

    def test_retry_after_may_be_a_date(self) -> None:
        long_ago = refuses(429, "RATE_LIMITED", retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
        with FaultyServer(long_ago, Says()) as server, of(server) as client:
            client.numbers.get("n1")

        assert len(server.asked) == 2


@pytest.mark.parametrize("address", ["", "dialplane.example.com", "ftp://example.com", "http://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        Dialplane("key", address)


def test_a_client_does_not_print_its_key() -> None:
    with Dialplane("dp_live_secret") as client:
        assert "secret" not in repr(client) + repr(client.numbers)
