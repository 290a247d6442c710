"""The trunk of a custom number: PATCH /v3/organization-telephone-numbers/{id}/sip."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from builders import (
    EARLIER,
    NOW,
    NUMBER,
    TRUNK,
    a_bought_number,
    a_number,
    path_of,
)
from dialplane.domain.numbers import HeldNumber, SipSettings, Status
from dialplane.store import numbers
from dialplane.store.secret_box import FOR_SIP
from parts.client import Client
from parts.world import World

PATH = path_of(NUMBER, "/sip")
ADDRESS, OTHER_ADDRESS = "sip:trunk.example.com:5060", "sips:trunk.example.net:5061"
USER, OTHER_USER = "acme-trunk", "acme-spare"
PASSWORD, OTHER_PASSWORD = "correct horse", "battery staple"
LEFT_OUT = "left out"


def given_trunk(world: World, *, login: bool = True) -> None:
    sealed = world.parts.box.seal(PASSWORD, FOR_SIP)
    with_login = replace(TRUNK, auth_username=USER, sealed_password=sealed)
    world.given(a_number(sip=with_login if login else TRUNK))


def stored(world: World) -> HeldNumber:
    with world.database.reading() as db:
        return numbers.get(db, a_number().organization_id, NUMBER)


def after(sent: str | None, before: str | None) -> str | None:
    return before if sent == LEFT_OUT else sent


def login_of(world: World) -> tuple[str | None, str | None]:
    sip = stored(world).sip
    sealed = sip.sealed_password
    password = None if sealed is None else world.parts.box.open(sealed, FOR_SIP)
    return sip.auth_username, password


def refused_field(sent: dict[str, str | None], *, login: bool) -> str | None:
    """The rule about passwords, said a second time; None when the change is accepted."""
    address, user, password = sent.values()
    if {address, user, password} == {LEFT_OUT}:
        return "body"
    stored_user = USER if login else None
    moved = address not in (LEFT_OUT, ADDRESS)
    renamed = user not in (LEFT_OUT, stored_user, None)
    if password == LEFT_OUT and (moved or renamed):
        return "auth_password"
    if password is None and address == LEFT_OUT and user == LEFT_OUT:
        return "auth_password"
    user_after = stored_user if user == LEFT_OUT else user
    if user_after is None:
        return None  # and a password that came along is dropped
    password_after = (PASSWORD if login else None) if password == LEFT_OUT else password
    return "auth_password" if password_after is None else None


EVERY_CHANGE = [
    pytest.param(
        {"address": address, "auth_username": user, "auth_password": password},
        id=f"{address=} {user=} {password=}",
    )
    for address, user, password in product(
        (LEFT_OUT, ADDRESS, OTHER_ADDRESS, None),
        (LEFT_OUT, USER, OTHER_USER, None),
        (LEFT_OUT, PASSWORD, OTHER_PASSWORD, None),
    )
]


class TestEveryCombination:
    """What is stored, and what comes along: all 128 cases of the rule about passwords."""

    @pytest.mark.parametrize("login", [True, False], ids=["with login", "without login"])
    @pytest.mark.parametrize("sent", EVERY_CHANGE)
    def test_the_password_comes_along_when_the_trunk_changes(
        self, world: World, acme: Client, *, sent: dict[str, str | None], login: bool
    ) -> None:
        given_trunk(world, login=login)
        before = stored(world)

        answer = acme.patch(PATH, {name: sent[name] for name in sent if sent[name] != LEFT_OUT})

        if refused := refused_field(sent, login=login):
            assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
            assert answer.fields == [refused]
            assert stored(world) == before
        else:
            assert answer.status == 200
            assert answer.json["address"] == after(sent["address"], ADDRESS)
            user = after(sent["auth_username"], USER if login else None)
            password = after(sent["auth_password"], PASSWORD)
            assert login_of(world) == (user, password if user else None)


class TestChange:
    def test_the_answer_is_the_number_without_its_credentials(
        self, world: World, acme: Client
    ) -> None:
        given_trunk(world)
        before = acme.get(path_of(NUMBER)).json

        changed = acme.patch(
            PATH,
            {"address": OTHER_ADDRESS, "auth_username": USER, "auth_password": OTHER_PASSWORD},
        )

        assert changed.json == before | {"address": OTHER_ADDRESS, "updated_at": NOW}
        assert acme.get(path_of(NUMBER)).body == changed.body

    def test_the_memo_comes_along_or_alone(self, world: World, acme: Client) -> None:
        given_trunk(world)

        assert acme.patch(PATH, {"memo": "alone"}).json["memo"] == "alone"
        both = acme.patch(PATH, {"memo": None, "auth_password": OTHER_PASSWORD})
        assert (both.status, both.json["memo"]) == (200, None)
        assert login_of(world) == (USER, OTHER_PASSWORD)

    def test_trunk_ids_stay_through_all_changes(self, world: World, acme: Client) -> None:
        given_trunk(world)

        changes: list[dict[str, Any]] = [
            {"address": OTHER_ADDRESS, "auth_password": PASSWORD},
            {"auth_username": OTHER_USER, "auth_password": PASSWORD},
            {"auth_password": OTHER_PASSWORD},
            {"auth_username": None},
        ]
        for change in changes:
            changed = acme.patch(PATH, change).json
            assert changed["inbound_trunk_id"] == TRUNK.inbound_trunk_id
            assert changed["outbound_trunk_id"] == TRUNK.outbound_trunk_id

    def test_clearing_the_address_ends_the_trunk_and_a_new_one_has_new_ids(
        self, world: World, acme: Client
    ) -> None:
        given_trunk(world)

        cleared = acme.patch(
            PATH, {"address": None, "auth_username": None, "auth_password": None}
        ).json
        again = acme.patch(PATH, {"address": ADDRESS, "auth_password": None}).json

        assert (cleared["address"], cleared["inbound_trunk_id"]) == (None, None)
        assert cleared["outbound_trunk_id"] is None
        new = {again["inbound_trunk_id"], again["outbound_trunk_id"]}
        assert len(new - {TRUNK.inbound_trunk_id, TRUNK.outbound_trunk_id, None}) == 2

    @pytest.mark.parametrize("address", ["sip:trunk.example.com", "[2001:db8::7]:5070"])
    def test_the_address_comes_back_as_it_was_sent(
        self, world: World, acme: Client, address: str
    ) -> None:
        given_trunk(world, login=False)

        changed = acme.patch(PATH, {"address": address, "auth_password": None})

        assert changed.json["address"] == address

    @pytest.mark.parametrize("address", ["", "not an address", "127.0.0.1", "sip:x:99999"])
    def test_nonsense_is_no_address(self, world: World, acme: Client, address: str) -> None:
        given_trunk(world, login=False)

        refused = acme.patch(PATH, {"address": address, "auth_password": None})

        assert (refused.status, refused.fields) == (400, ["address"])

    @pytest.mark.parametrize(
        "number",
        [
            pytest.param(a_bought_number(), id="active"),
            pytest.param(a_bought_number(status=Status.EXPIRED, end_at=EARLIER), id="expired"),
        ],
    )
    def test_bought_numbers_have_no_trunk(
        self, world: World, acme: Client, number: HeldNumber
    ) -> None:
        world.given(number)

        refused = acme.patch(PATH, {"memo": "x"})

        assert (refused.status, refused.code) == (409, "PROVIDER_MISMATCH")
        assert refused.details == {"provider": "vox"}

    def test_an_expired_number_takes_no_more_changes(self, world: World, acme: Client) -> None:
        world.given(a_number(status=Status.EXPIRED, end_at=EARLIER, sip=SipSettings()))

        refused = acme.patch(PATH, {"memo": "late"})

        assert (refused.status, refused.code) == (409, "NUMBER_EXPIRED")

    @pytest.mark.parametrize("name", ["auth_username", "auth_password"])
    @pytest.mark.parametrize("value", ["", "x" * 256, "line\nbreak", "del\x7f", 7, True, ["x"]])
    def test_credentials_are_printable_text_of_some_length(
        self, world: World, acme: Client, name: str, value: object
    ) -> None:
        given_trunk(world)
        login: dict[str, object] = {"auth_username": OTHER_USER, "auth_password": OTHER_PASSWORD}

        refused = acme.patch(PATH, login | {name: value})

        assert (refused.status, refused.fields) == (400, [name])
        assert login_of(world) == (USER, PASSWORD)

    def test_a_mistake_with_the_password_never_repeats_it(self, world: World, acme: Client) -> None:
        given_trunk(world)

        refused = acme.patch(PATH, {"auth_password": "hunter2" * 40, "memo": 7})

        assert refused.status == 400
        assert b"hunter2" not in refused.body
