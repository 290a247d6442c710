"""Bad input, named case by case: each is refused with its status, its code and its field.

What is wrong with any body, any id and any method is told for every operation in the walks
(`test_every_request.py`); what only a real server can be sent is in `test_bad_bytes.py`.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from builders import (
    AGENT,
    AVAILABLE,
    DIGITS,
    LINE,
    NOW,
    NUMBER,
    NUMBERS,
    PURCHASE,
    REGISTER,
    a_line,
    a_number,
    an_agent,
    path_of,
)
from parts.client import Client
from parts.contract import Answer
from parts.world import World

NOTE = path_of(NUMBER)
MAP = path_of(NUMBER, "/agent")
TRUNK = path_of(NUMBER, "/sip")
RIGHT_TO_LEFT = "\u202e"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request and the field that is named in its refusal."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    named: tuple[str, ...]

    def by(self, client: Client) -> Answer:
        return client.sending(**self.headers).request(self.method, self.path, self.body)


def note(body: Any, *named: str) -> Case:
    return Case(method="PATCH", path=NOTE, body=body, named=named or ("memo",))


def buy(body: Any, *named: str) -> Case:
    return Case(method="POST", path=PURCHASE, body=body, named=named)


def bring(changes: dict[str, Any], *named: str) -> Case:
    body = {"number": "07055556666", "address": "trunk.example.com"} | changes
    return Case(method="POST", path=REGISTER, body=body, named=named)


def assign(body: Any, *named: str) -> Case:
    return Case(method="PATCH", path=MAP, body=body, named=named)


def change_trunk(body: Any, *named: str) -> Case:
    return Case(method="PATCH", path=TRUNK, body=body, named=named)


def ask(path: str, *named: str) -> Case:
    return Case(method="GET", path=path, named=named)


def send(headers: dict[str, str], *named: str) -> Case:
    return Case(method="PATCH", path=NOTE, body={"memo": "x"}, headers=headers, named=named)


def nested(levels: int) -> dict[str, Any]:
    inner: Any = "x"
    for _ in range(levels):
        inner = [inner]
    return {"memo": inner}


TYPES = {
    "a number for text": note({"memo": 7}),
    "a truth for text": note({"memo": True}),
    "a list for text": note({"memo": ["x"]}),
    "an object for text": note({"memo": {"text": "x"}}),
    "a number for digits": bring({"number": 7011112222}, "number"),
    "null for digits": bring({"number": None}, "number"),
    "null for an address": bring({"address": None}, "address"),
    "a number for an address": bring({"address": 5060}, "address"),
    "null for the id of a line": buy({"id": None}, "id"),
    "a number for an id": buy({"id": 1}, "id"),
    "a list of ids for an id": buy({"id": [LINE]}, "id"),
    "text for an instant": buy({"id": LINE, "start_at": str(NOW + 1)}, "start_at"),
    "a date for an instant": buy({"id": LINE, "start_at": "2024-10-13T00:00:00Z"}, "start_at"),
    "null for an instant": buy({"id": LINE, "start_at": None}, "start_at"),
    "a truth for an instant": buy({"id": LINE, "start_at": True}, "start_at"),
    "a fraction for an instant": buy({"id": LINE, "start_at": NOW + 1.5}, "start_at"),
    "an array for a mapping": assign({"inbound_agent": [AGENT]}, "inbound_agent"),
    "text for a mapping": assign({"inbound_agent": AGENT}, "inbound_agent"),
    "false for no mapping": assign({"inbound_agent": False}, "inbound_agent"),
    "an empty mapping": assign({"inbound_agent": {}}, "inbound_agent.agent_id"),
    "null for a user name at registration": bring(
        {"auth_username": 7, "auth_password": "x"}, "auth_username"
    ),
}

RANGES = {
    "one code point too many": note({"memo": "x" * 201}),
    "one emoji too many": note({"memo": "🙂" * 201}),
    "a family of emojis is many code points": note({"memo": "👨‍👩‍👧" * 41}),
    "no digits": bring({"number": ""}, "number"),
    "21 digits": bring({"number": "1" * 21}, "number"),
    "no address": bring({"address": ""}, "address"),
    "a long address": bring({"address": "a" * 252 + ".com"}, "address"),
    "a long user name": bring({"auth_username": "x" * 256, "auth_password": "x"}, "auth_username"),
    "a negative instant": buy({"id": LINE, "start_at": -1}, "start_at"),
    "the past": buy({"id": LINE, "start_at": NOW - 1}, "start_at"),
    "seconds for milliseconds": buy({"id": LINE, "start_at": NOW // 1000}, "start_at"),
    "an instant beyond 64 bits": buy({"id": LINE, "start_at": 2**63}, "start_at"),
    "an instant beyond 128 bits": buy({"id": LINE, "start_at": 2**127}, "start_at"),
    "an integer of 41 digits": buy(b'{"start_at": ' + b"9" * 41 + b"}", "body"),
    "an integer of 5000 digits": buy(b'{"start_at": ' + b"9" * 5000 + b"}", "body"),
    "a float beyond all floats": buy(b'{"start_at": 1e400}', "body"),
    "a negative one": buy(b'{"start_at": -1e400}', "body"),
    "an exponent of an instant": buy({"id": LINE, "start_at": 1e15}, "start_at"),
    "65 levels of arrays": note(nested(65), "body"),
    "10,000 levels of arrays": note(b'{"memo":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "body"),
    "10,000 levels of objects": note(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "body"),
}

CHARACTERS = {
    "Arabic digits": bring({"number": "٠٧٠١١١١٢٢٢٢"}, "number"),
    "fullwidth digits": bring(
        {"number": "\uff10\uff17\uff10\uff11\uff11\uff11\uff11\uff12\uff12\uff12\uff12"}, "number"
    ),
    "superscript digits": bring({"number": "070¹¹¹¹²²²²"}, "number"),
    "hyphens between digits": bring({"number": "070-1111-2222"}, "number"),
    "a plus before digits": bring({"number": "+827011112222"}, "number"),
    "spaces between digits": bring({"number": "070 1111 2222"}, "number"),
    "a line feed after digits": bring({"number": DIGITS + "\n"}, "number"),
    "a space before digits": bring({"number": " " + DIGITS}, "number"),
    "letters for digits": bring({"number": "070CALLNOW"}, "number"),
    "an invisible mark before digits": bring({"number": RIGHT_TO_LEFT + DIGITS}, "number"),
    "an invisible mark in an address": bring(
        {"address": f"trunk{RIGHT_TO_LEFT}.example.com"}, "address"
    ),
    "a line feed in an address": bring({"address": "trunk.example.com\nVia: evil"}, "address"),
    "letters that look alike": bring({"address": "trunk.ex\u0430mple.com"}, "address"),
    "a line feed in a user name": bring(
        {"auth_username": "acme\r\nContact: evil", "auth_password": "x"}, "auth_username"
    ),
    "a tab in a password": bring({"auth_username": "x", "auth_password": "a\tb"}, "auth_password"),
    "a null character": note(b'{"memo": "a\\u0000b"}', "body"),
    "a null byte in text": note(b'{"memo": "a\x00b"}', "body"),
    "a raw line feed in text": note(b'{"memo": "a\nb"}', "body"),
    "a null character in a name": note(b'{"me\\u0000mo": "x"}', "body"),
    "half a surrogate pair": note(b'{"memo": "\\ud83d"}', "body"),
    "the other half": note(b'{"memo": "\\ude42"}', "body"),
    "a pair the wrong way round": note(b'{"memo": "\\ude42\\ud83d"}', "body"),
    "half a pair in a name": note(b'{"\\ud83d": "x"}', "body"),
    "half a pair deep inside": assign(b'{"inbound_agent": {"agent_id": "\\udfff"}}', "body"),
    "a surrogate in UTF-8": note(b'{"memo": "\xed\xa0\x80"}', "body"),
    "an overlong slash": note(b'{"memo": "\xc0\xaf"}', "body"),
    "half a character": note('{"memo": "한"}'.encode()[:-3] + b'"}', "body"),
    "Latin-1": note('{"memo": "café"}'.encode("latin-1"), "body"),
    "EUC-KR": note('{"memo": "고객"}'.encode("euc-kr"), "body"),
    "beyond Unicode": note(b'{"memo": "\xf4\x90\x80\x80"}', "body"),
    "an id with a line feed": buy({"id": LINE + "\n"}, "id"),
    "an id with braces": buy({"id": "{" + LINE + "}"}, "id"),
    "an id without hyphens": buy({"id": LINE.replace("-", "")}, "id"),
    "an id with an Arabic digit": buy({"id": LINE[:-1] + "٣"}, "id"),
    "digits for an id": buy({"id": DIGITS}, "id"),
    "an injection for an id": buy({"id": f"{LINE}' OR '1'='1"}, "id"),
}

SHAPES = {
    "the same key twice": note(b'{"memo": "a", "memo": "b"}', "memo"),
    "the same key twice with one value": note(b'{"memo": "a", "memo": "a"}', "memo"),
    "the same key spelt with an escape": note(b'{"memo": "a", "m\\u0065mo": "b"}', "memo"),
    "the same key twice, deep inside": assign(
        b'{"inbound_agent": {"agent_id": "x", "agent_id": "y"}}', "agent_id"
    ),
    "an empty object": note({}, "body"),
    "no change of a trunk": change_trunk({}, "body"),
    "no mapping at all": assign({}, "body"),
    "NaN": note(b'{"memo": NaN}', "body"),
    "Infinity": buy(b'{"start_at": Infinity}', "body"),
    "negative infinity": buy(b'{"start_at": -Infinity}', "body"),
    "a number with a leading zero": buy(b'{"start_at": 017}', "body"),
    "a hexadecimal number": buy(b'{"start_at": 0x11}', "body"),
    "a name in capitals": note({"Memo": "x"}, "Memo"),
    "a name with a space": note({"memo ": "x"}, "memo "),
    "a camelCase name": assign({"inboundAgent": None}, "inboundAgent"),
    "an empty name": note({"": "x"}, ""),
    "a name of another language": note({"__proto__": {"memo": "x"}}, "__proto__"),
    "a field only answers have": note({"memo": "x", "status": "expired"}, "status"),
    "an unknown field deep inside": assign(
        {"inbound_agent": {"agent_id": AGENT, "version": "v1"}}, "inbound_agent.version"
    ),
    "two names of one line": buy({"id": LINE, "number": DIGITS}, "id"),
    "no name of a line": buy({"memo": "x"}, "id"),
    "a number without its trunk": Case(
        method="POST", path=REGISTER, body={"number": DIGITS}, named=("address",)
    ),
    "nothing that is needed": Case(
        method="POST", path=REGISTER, body={}, named=("number", "address")
    ),
    "everything wrong at once": Case(
        method="POST",
        path=REGISTER,
        body={"number": "x", "address": 7, "memo": 8, "colour": "red"},
        named=("colour", "number", "address", "memo"),
    ),
    "two wrong mappings at once": assign(
        {
            "inbound_agent": {"agent_id": "x", "agent_version": "v0"},
            "outbound_agent": {"colour": "red"},
        },
        "inbound_agent.agent_id",
        "inbound_agent.agent_version",
        "outbound_agent.colour",
        "outbound_agent.agent_id",
    ),
}

QUERIES = {
    "no items on a page": ask(f"{NUMBERS}?limit=0", "limit"),
    "101 items on a page": ask(f"{NUMBERS}?limit=101", "limit"),
    "fewer than no items": ask(f"{NUMBERS}?limit=-1", "limit"),
    "words for a number": ask(f"{NUMBERS}?limit=ten", "limit"),
    "nothing for a number": ask(f"{NUMBERS}?limit=", "limit"),
    "a fraction of items": ask(f"{NUMBERS}?limit=1.5", "limit"),
    "a number with a sign": ask(f"{NUMBERS}?limit=%2B5", "limit"),
    "a number with a space": ask(f"{NUMBERS}?limit=%205", "limit"),
    "a number with a line feed": ask(f"{NUMBERS}?limit=5%0A", "limit"),
    "a number with an underscore": ask(f"{NUMBERS}?limit=1_0", "limit"),
    "a hexadecimal number of items": ask(f"{NUMBERS}?limit=0x10", "limit"),
    "a number of Arabic digits": ask(f"{NUMBERS}?limit=%D9%A1%D9%A0", "limit"),
    "a number beyond 64 bits": ask(f"{NUMBERS}?limit={10**30}", "limit"),
    "a number of 5000 digits": ask(f"{NUMBERS}?limit={'9' * 5000}", "limit"),
    "null as a word": ask(f"{NUMBERS}?limit=null", "limit"),
    "null for a filter": ask(f"{NUMBERS}?provider=null", "provider"),
    "NULL for a filter": ask(f"{AVAILABLE}?line_type=NULL", "line_type"),
    "null for an id": ask("/x/v1/events?resource_id=null", "resource_id"),
    "null for a cursor": ask(f"{NUMBERS}?cursor=null", "cursor"),
    "null for a state": ask(f"{NUMBERS}?status=null", "status.0"),
    "an unknown order": ask(f"{NUMBERS}?sort_order=up", "sort_order"),
    "an order in capitals": ask(f"{NUMBERS}?sort_order=ASC", "sort_order"),
    "an unknown column": ask(f"{NUMBERS}?sort_by=memo", "sort_by"),
    "an injection for a column": ask(f"{AVAILABLE}?sort_by=number;DROP%20TABLE%20lines", "sort_by"),
    "a column of another list": ask(f"{AVAILABLE}?sort_by=created_at", "sort_by"),
    "an unknown provider": ask(f"{NUMBERS}?provider=skt", "provider"),
    "two providers": ask(f"{NUMBERS}?provider=vox&provider=custom", "provider"),
    "an unknown kind of line": ask(f"{AVAILABLE}?line_type=fax", "line_type"),
    "an unknown state": ask(f"{NUMBERS}?status=gone", "status.0"),
    "a known and an unknown state": ask(f"{NUMBERS}?status=active&status=gone", "status.1"),
    "status with brackets": ask(f"{NUMBERS}?status[]=active", "status[]"),
    "a parameter in capitals": ask(f"{NUMBERS}?Limit=5", "Limit"),
    "a name with a null character": ask(f"{NUMBERS}?li%00mit=5", "limit"),
    "a value with a null character": ask(f"{NUMBERS}?limit=5%00", "limit"),
    "broken UTF-8": ask(f"{NUMBERS}?limit=%FF", "query"),
    "half a character in a name": ask(f"{NUMBERS}?%ED%95=1", "query"),
    "201 parameters": ask(f"{NUMBERS}?" + "&".join(["status=active"] * 201), "query"),
    "an emoji for a name": ask(f"{NUMBERS}?%F0%9F%99%82=1", "🙂"),
    "a parameter of another operation": ask(f"{NOTE}?limit=5", "limit"),
    "a parameter on a change": Case(
        method="PATCH", path=f"{NOTE}?try_run=1", body={"memo": "x"}, named=("try_run",)
    ),
}

HEADERS = {
    "an empty Idempotency-Key": send({"idempotency_key": ""}, "Idempotency-Key"),
    "a long Idempotency-Key": send({"idempotency_key": "x" * 256}, "Idempotency-Key"),
    "a very long one": send({"idempotency_key": "x" * 60_000}, "Idempotency-Key"),
}

EVERY_CASE = TYPES | RANGES | CHARACTERS | SHAPES | QUERIES | HEADERS


@pytest.fixture
def acme(world: World) -> Client:
    world.given(a_line(), an_agent(), a_number(memo="untouched"))
    return world.acme


def by_name(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", list(cases.values()), ids=list(cases))


@by_name(EVERY_CASE)
def test_bad_input_is_refused_by_its_name(acme: Client, case: Case) -> None:
    refused = case.by(acme)

    assert (refused.status, refused.code) == (400, "VALIDATION_ERROR"), refused.body.decode()
    assert refused.fields == list(case.named)
    assert refused.details["field"] == case.named[0]
    assert refused.details["reason"] == refused.details["fields"][0]["reason"]
    kept = acme.get(NOTE).json
    assert (kept["memo"], kept["inbound_agent"]) == ("untouched", None)
    assert acme.get(AVAILABLE).json["total_count"] == 1
    assert acme.get(NUMBERS).json["total_count"] == 1


@pytest.mark.parametrize("language", ["ko", "en"])
def test_reasons_are_sentences_for_people(acme: Client, language: str) -> None:
    reasons = {
        wrong["reason"]
        for case in EVERY_CASE.values()
        for wrong in case.by(acme.sending(accept_language=language)).details["fields"]
    }

    for reason in reasons:
        assert reason.endswith("."), reason
        assert "{" not in reason, reason
        assert any("가" <= letter <= "힣" for letter in reason) == (language == "ko"), reason


def test_no_two_cases_have_one_name() -> None:
    tables = (TYPES, RANGES, CHARACTERS, SHAPES, QUERIES, HEADERS)

    assert len(EVERY_CASE) == sum(map(len, tables))


class TestGoodInputThatLooksBad:
    @pytest.mark.parametrize(
        "memo",
        [
            "🙂" * 200,
            "👨‍👩‍👧‍👦",
            "\u202eright to left",
            "\ufeff",
            "\u200b",
            "e\u0301",
            "é",
            "\r\n\t",
            "\x01\x1f\x7f",
            "\uffff\ufffe",
            "\U0010ffff",
            "'; DROP TABLE telephone_numbers; --",
            "<script>alert(1)</script>",
            "%s %d {} {0} ${x}",
            "null",
            "\\u0000",
            ":name",
        ],
    )
    def test_text_is_kept_as_it_is(self, acme: Client, memo: str) -> None:
        assert acme.patch(NOTE, {"memo": memo}).json["memo"] == memo
        assert acme.get(NOTE).json["memo"] == memo

    def test_escaped_and_plain_characters_are_the_same(self, acme: Client) -> None:
        escaped = acme.patch(NOTE, json.dumps({"memo": "🙂 한"}).encode())
        plain = acme.patch(NOTE, json.dumps({"memo": "🙂 한"}, ensure_ascii=False).encode())

        assert escaped.json["memo"] == plain.json["memo"] == "🙂 한"

    @pytest.mark.parametrize("body", [b' \r\n\t{"memo" : "x" } \n', b'{"memo":"\\u0078"}'])
    def test_json_may_be_written_in_many_ways(self, acme: Client, body: bytes) -> None:
        assert acme.patch(NOTE, body).json["memo"] == "x"

    @pytest.mark.parametrize("number", [b"%d.0", b"%de0", b"%d00e-2", b"0.%de13"])
    def test_a_whole_number_may_be_written_with_a_point(self, acme: Client, number: bytes) -> None:
        body = b'{"name": "x", "expires_at": %s}' % (number % (NOW + 1))

        assert acme.post("/x/v1/keys", body).json["expires_at"] == NOW + 1

    def test_sixty_levels_are_not_too_deep(self, acme: Client) -> None:
        assert acme.patch(NOTE, nested(60)).fields == ["memo"]

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"memo": 1}', b"no json", b"x" * 100_000])
    def test_what_takes_no_body_reads_none(self, acme: Client, body: bytes) -> None:
        client = acme.sending(content_type="text/plain", idempotency_key="once")

        assert client.request("GET", NOTE, body).status == 200
        assert client.request("DELETE", NOTE, body).status == 200
