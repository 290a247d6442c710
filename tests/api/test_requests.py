"""What every request has in common: languages, request ids, and what we say when we break."""

import json
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from builders import NOTHING, NUMBER, NUMBERS, PURCHASE, a_number, path_of
from dialplane.api.app import create_app
from dialplane.api.daybook import Daybook
from dialplane.api.request_lines import write_json
from dialplane.domain.errors import Unavailable
from dialplane.store.database import Database
from parts.client import Client, in_process
from parts.contract import Answer
from parts.stepping_in import SteppingIn, failing
from parts.world import World

KOREAN = "리소스를 찾을 수 없습니다."
ENGLISH = "There is no such resource."


def message(answer: Answer) -> str:
    return str(answer.json["error"]["message"])


class TestLanguages:
    def test_korean_unless_asked_otherwise(self, acme: Client) -> None:
        assert message(acme.get(path_of(NOTHING))) == KOREAN

    @pytest.mark.parametrize(
        ("accepted", "expected"),
        [
            ("en", ENGLISH),
            ("EN", ENGLISH),
            ("en-US", ENGLISH),
            ("en-GB,en;q=0.9", ENGLISH),
            ("fr, en;q=0.5", ENGLISH),
            ("ko;q=0.4, en;q=0.5", ENGLISH),
            ("ko", KOREAN),
            ("ko-KR,ko;q=0.9,en;q=0.8", KOREAN),
            ("ko,en", KOREAN),
            ("en;q=0.4, ko;q=0.5", KOREAN),
            ("en;q=0", KOREAN),
            ("fr", KOREAN),
            ("*", KOREAN),
            ("", KOREAN),
            ("en;q=nonsense", KOREAN),
            (";;;,,,", KOREAN),
            ("en;q=nan", KOREAN),
        ],
    )
    def test_the_preferred_of_the_two_is_spoken(
        self, acme: Client, accepted: str, expected: str
    ) -> None:
        assert message(acme.sending(accept_language=accepted).get(path_of(NOTHING))) == expected

    def test_codes_and_fields_are_the_same_in_both(self, acme: Client) -> None:
        in_korean = acme.post(PURCHASE, {"colour": "red"})
        in_english = acme.sending(accept_language="en").post(PURCHASE, {"colour": "red"})

        assert in_korean.code == in_english.code == "VALIDATION_ERROR"
        assert in_korean.fields == in_english.fields == ["colour"]
        assert in_korean.details["reason"] == "알 수 없는 필드입니다."
        assert in_english.details["reason"] == "This field is not known here."

    def test_who_has_no_key_is_told_so_in_their_language(self, world: World) -> None:
        assert message(world.nobody.get(NUMBERS)) == "유효한 조직 API 키가 필요합니다."
        in_english = world.nobody.sending(accept_language="en").get(NUMBERS)
        assert message(in_english) == "A valid organization API key is needed."

    @pytest.mark.parametrize("path", ["/", "/v3", "/v3/agent", "/v2/agents", "/v3/agents/x/y/z/w"])
    def test_unknown_paths_are_not_found(self, world: World, path: str) -> None:
        answer = world.nobody.get(path)

        assert (answer.status, answer.code, message(answer)) == (404, "NOT_FOUND", KOREAN)


class TestRequestIds:
    @pytest.mark.parametrize(
        "wanted", ["checkout-4711", "x" * 128, "a b", '"quoted"', "~!@#$%^&*()"]
    )
    def test_ones_own_id_comes_back(self, acme: Client, wanted: str) -> None:
        assert acme.sending(x_request_id=wanted).get(NUMBERS).headers["x-request-id"] == wanted

    @pytest.mark.parametrize("unusable", ["", "x" * 129, "caf\xe9", "tab\there", "a\x7fb"])
    def test_what_is_no_id_is_replaced_by_one(self, acme: Client, unusable: str) -> None:
        made = acme.sending(x_request_id=unusable).get(NUMBERS).headers["x-request-id"]

        assert UUID(made).version == 7

    def test_every_request_has_an_id_of_its_own(self, acme: Client) -> None:
        made = {acme.get(NUMBERS).headers["x-request-id"] for _ in range(10)}

        assert len(made) == 10

    @pytest.mark.parametrize("path", ["/nowhere", NUMBERS, path_of("x")])
    def test_refusals_carry_it_too(self, world: World, path: str) -> None:
        answer = world.nobody.sending(x_request_id="mine").get(path)

        assert answer.status >= 400
        assert answer.headers["x-request-id"] == "mine"

    def test_it_leads_to_the_log(
        self, world: World, acme: Client, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world.given(a_number())
        daybook = Daybook(partial(write_json, least=logging.INFO))
        app = create_app(replace(world.parts, daybook=daybook))

        acme.through(in_process(app)).sending(x_request_id="mine").get(path_of(NUMBER))
        daybook.write_down()

        line = json.loads(capsys.readouterr().err)
        assert line["request_id"] == "mine"
        assert (line["method"], line["status"]) == ("GET", 200)
        assert line["route"] == f"{NUMBERS}/{{organization_telephone_number_id}}"
        assert line["organization_id"] == a_number().organization_id


class TestWhenWeBreak:
    @pytest.fixture
    def stepping_in(self, swept_database: Database) -> SteppingIn:
        return SteppingIn(swept_database)

    @pytest.fixture
    def broken(self, stepping_in: SteppingIn, tmp_path: Path) -> Client:
        world = World(stepping_in, {"DIALPLANE_DATA_DIR": str(tmp_path / "data")})  # type: ignore[arg-type]
        world.given(a_number())
        return world.acme.sending(x_request_id="mine")

    def test_the_caller_gets_an_id_and_the_operator_the_reason(
        self, stepping_in: SteppingIn, broken: Client
    ) -> None:
        stepping_in.before_writes_of("MainThread", failing(RuntimeError("secret plumbing")))

        with capture_logs() as logs:
            answer = broken.patch(path_of(NUMBER), {"memo": "x"})

        assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
        assert answer.details == {"request_id": "mine"}
        assert b"plumbing" not in answer.body
        broken_line = next(line for line in logs if line["event"] == "broken")
        assert broken_line["request_id"] == "mine"
        assert "secret plumbing" in str(broken_line["exc_info"])

    def test_without_a_database_one_may_come_again(
        self, stepping_in: SteppingIn, broken: Client
    ) -> None:
        stepping_in.before_writes_of("MainThread", failing(Unavailable()))

        answer = broken.patch(path_of(NUMBER), {"memo": "x"})

        assert (answer.status, answer.code) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        assert broken.patch(path_of(NUMBER), {"memo": "x"}).status == 200
