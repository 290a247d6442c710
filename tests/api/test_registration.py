"""Bringing a number along over one's own SIP trunk."""

import re

import pytest

from builders import (
    DIGITS,
    EARLIER,
    GLOBEX,
    NOW,
    NUMBER,
    NUMBERS,
    REGISTER,
    a_bought_number,
    a_line,
    a_number,
    path_of,
)
from dialplane.domain.numbers import Status
from parts.client import Client
from parts.world import World

TRUNK = {"number": DIGITS, "address": "sip:trunk.example.com:5060"}
TRUNK_ID = re.compile(r"ST_[0-9A-Za-z]{12}")


class TestRegister:
    def test_the_number_is_active_at_once_and_free_of_charge(self, acme: Client) -> None:
        registered = acme.post(REGISTER, TRUNK | {"memo": "본사"}).json

        assert registered == {
            "id": registered["id"],
            "number": DIGITS,
            "provider": "custom",
            "status": "active",
            "start_at": NOW,
            "created_at": NOW,
            "updated_at": NOW,
            "monthly_fee": None,
            "address": TRUNK["address"],
            "inbound_trunk_id": registered["inbound_trunk_id"],
            "outbound_trunk_id": registered["outbound_trunk_id"],
            "inbound_agent": None,
            "outbound_agent": None,
            "memo": "본사",
            "end_at": None,
            "cancel_requested_at": None,
        }

    def test_it_gets_two_trunk_ids_of_its_own(self, acme: Client) -> None:
        first = acme.post(REGISTER, TRUNK).json
        second = acme.post(REGISTER, TRUNK | {"number": "07033334444"}).json

        ids = {
            number[name]
            for number in (first, second)
            for name in ("inbound_trunk_id", "outbound_trunk_id")
        }
        assert len(ids) == 4
        assert all(TRUNK_ID.fullmatch(trunk_id) for trunk_id in ids)

    def test_what_was_registered_can_be_read_and_listed(self, acme: Client) -> None:
        registered = acme.post(REGISTER, TRUNK)

        read = acme.get(path_of(registered.json["id"]))
        assert (read.body, read.etag) == (registered.body, registered.etag)
        assert acme.get(NUMBERS, provider="custom").json["items"] == [registered.json]

    def test_credentials_are_taken_and_never_shown(self, acme: Client) -> None:
        login = {"auth_username": "acme-trunk", "auth_password": "correct horse"}

        registered = acme.post(REGISTER, TRUNK | login)

        assert registered.status == 200
        assert b"acme-trunk" not in registered.body
        assert b"correct horse" not in registered.body

    @pytest.mark.parametrize(
        "login",
        [
            {"auth_username": "acme-trunk"},
            {"auth_username": "acme-trunk", "auth_password": None},
        ],
    )
    def test_a_user_name_needs_a_password(self, acme: Client, login: dict[str, str]) -> None:
        refused = acme.post(REGISTER, TRUNK | login)

        assert (refused.status, refused.fields) == (400, ["auth_password"])

    @pytest.mark.parametrize(
        "login", [{"auth_password": "x"}, {"auth_username": None, "auth_password": "x"}]
    )
    def test_a_password_needs_a_user_name(self, acme: Client, login: dict[str, str]) -> None:
        refused = acme.post(REGISTER, TRUNK | login)

        assert (refused.status, refused.fields) == (400, ["auth_username"])

    @pytest.mark.parametrize(
        "address",
        [
            "trunk.example.com",
            "trunk.example.com:5060",
            "203.0.113.10",
            "203.0.113.10:5080",
            "[2001:db8::10]",
            "[2001:db8::10]:5060",
            "sip:trunk.example.com",
            "sips:trunk.example.com:5061",
            "sip:trunk.example.com;transport=tcp",
            "sip:203.0.113.10:5060;transport=udp",
            "sips:trunk.example.com;transport=tls",
            "SIP:Trunk.Example.COM",
        ],
    )
    def test_an_address_comes_back_as_it_was_sent(self, acme: Client, address: str) -> None:
        assert acme.post(REGISTER, TRUNK | {"address": address}).json["address"] == address

    @pytest.mark.parametrize(
        "address",
        [
            "",
            " ",
            "nonsense here",
            "trunk.example.com ",
            "http://trunk.example.com",
            "sip:",
            "sip:user@trunk.example.com",
            "trunk.example.com:0",
            "trunk.example.com:65536",
            "2001:db8::10",
            "sip:trunk.example.com;transport=carrier-pigeon",
            "sip:trunk.example.com;lr",
            "sip:trunk.example.com?subject=hi",
            "sips:trunk.example.com;transport=udp",
            "-trunk.example.com",
            "trunk..example.com",
            "trunk.example.com\r\nVia: x",
            "트렁크.example.com",
            "a" * 256,
        ],
    )
    def test_nonsense_is_no_address(self, acme: Client, address: str) -> None:
        refused = acme.post(REGISTER, TRUNK | {"address": address})

        assert (refused.status, refused.fields) == (400, ["address"])

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "localhost",
            "sip:localhost:5060",
            "sip:127.1.2.3:5060",
            "[::1]",
            "169.254.169.254",
            "[fe80::1]",
            "[::ffff:127.0.0.1]",
            "0.0.0.0",  # noqa: S104  # what is refused here
            "[::]",
        ],
    )
    def test_the_server_itself_and_its_link_are_no_trunk(self, acme: Client, address: str) -> None:
        refused = acme.post(REGISTER, TRUNK | {"address": address})

        assert (refused.status, refused.fields) == (400, ["address"])

    @pytest.mark.parametrize("spelling", ["07011112222", "827011112222", "00827011112222"])
    def test_the_number_comes_back_as_it_was_sent(self, acme: Client, spelling: str) -> None:
        assert acme.post(REGISTER, TRUNK | {"number": spelling}).json["number"] == spelling


class TestNumbersThatAreTaken:
    def test_ones_own_number_comes_with_its_id(self, world: World, acme: Client) -> None:
        world.given(a_number())

        refused = acme.post(REGISTER, TRUNK)

        assert (refused.status, refused.code) == (409, "NUMBER_ALREADY_HELD")
        assert refused.details == {"organization_telephone_number_id": NUMBER}

    def test_somebody_elses_number_tells_nothing(self, world: World, acme: Client) -> None:
        world.given(a_number(organization_id=GLOBEX))

        refused = acme.post(REGISTER, TRUNK)

        assert (refused.status, refused.code) == (409, "NUMBER_ALREADY_HELD")
        assert refused.details == {}

    @pytest.mark.parametrize("spelling", ["827011112222", "00827011112222"])
    def test_spellings_of_one_number_count_as_one(
        self, world: World, acme: Client, spelling: str
    ) -> None:
        world.given(a_number())

        refused = acme.post(REGISTER, TRUNK | {"number": spelling})

        assert refused.details == {"organization_telephone_number_id": NUMBER}

    def test_a_bought_number_is_as_taken_as_a_brought_one(self, world: World, acme: Client) -> None:
        world.given(a_bought_number())

        refused = acme.post(REGISTER, TRUNK)

        assert refused.details == {"organization_telephone_number_id": NUMBER}

    def test_a_scheduled_number_is_taken_already(self, world: World, acme: Client) -> None:
        world.given(a_bought_number(status=Status.SCHEDULED, start_at=NOW + 1))

        assert acme.post(REGISTER, TRUNK).status == 409

    def test_a_line_in_stock_is_taken_by_nobody(self, world: World, acme: Client) -> None:
        world.given(a_line())

        assert acme.post(REGISTER, TRUNK).status == 200

    def test_an_expired_number_is_free(self, world: World, acme: Client) -> None:
        expired = a_number(status=Status.EXPIRED, end_at=EARLIER, cancel_requested_at=EARLIER)
        world.given(expired)

        registered = acme.post(REGISTER, TRUNK)

        assert registered.status == 200
        assert registered.json["id"] != NUMBER
