"""The MCP server against the real API, asked by the official client, over both transports."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

from dialplane.client import AsyncDialplane
from dialplane.mcp.confirmations import LASTS_S, Confirmations
from dialplane.mcp.server import server_for
from mcp import Client, StdioServerParameters
from parts.aside import run_aside
from parts.demo import Demo
from parts.faulty_server import FaultyServer, refuses
from parts.program import PROGRAM, environment, run, started

PAGE = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
NAME_OF_A_SECRET = re.compile("password|secret|^token|api_key")

pytestmark = pytest.mark.xdist_group("mcp")  # what one test buys, another one maps

Journey = Callable[[Client], Awaitable[None]]


@asynccontextmanager
async def in_process(
    url: str, key: str, *, allow_changes: bool = True, **client: Any
) -> AsyncIterator[Client]:
    async with (
        AsyncDialplane(key, url, language="en") as sdk,
        Client(server_for(sdk, allow_changes=allow_changes), **client) as asked,
    ):
        yield asked


def over(demo: Demo, journey: Journey, **options: Any) -> None:
    async def goes() -> None:
        async with in_process(demo.url, demo.test_key, **options) as client:
            await journey(client)

    run_aside(goes())


async def tool(client: Client, name: str, **arguments: Any) -> Any:
    answer = await client.call_tool(name, arguments)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def refusal(client: Client, name: str, **arguments: Any) -> str:
    answer = await client.call_tool(name, arguments)
    assert answer.is_error
    return str(answer.content)


class TestWhatThereIs:
    def test_without_being_allowed_it_only_reads(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            tools = (await client.list_tools()).tools

            assert all(each.annotations.read_only_hint for each in tools if each.annotations)
            assert "buy_number" not in {each.name for each in tools}
            assert (await tool(client, "whoami"))["may_change"] is False

        over(demo, journey, allow_changes=False)

    def test_every_tool_is_described_and_on_the_page(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            tools = (await client.list_tools()).tools

            for each in tools:
                assert each.title
                assert each.description
                assert each.output_schema
                assert each.annotations
            assert {each.name for each in tools} == set(
                re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))
            )

        over(demo, journey)

    def test_no_schema_has_room_for_a_secret(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            schemas = [each.output_schema for each in (await client.list_tools()).tools]

            assert [name for name in _names(schemas) if NAME_OF_A_SECRET.search(name)] == []

        over(demo, journey)

    def test_the_pages_can_be_read(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            resources = {str(each.uri) for each in (await client.list_resources()).resources}
            page = (await client.read_resource("dialplane://docs/mcp.md")).contents[0]
            contract = (await client.read_resource("dialplane://openapi.json")).contents[0]

            assert "dialplane://docs/decisions/0001-hostless-lock.md" in resources
            assert getattr(page, "text", "") == PAGE
            assert json.loads(getattr(contract, "text", ""))["info"]["title"] == "Dialplane"

        over(demo, journey)


def _names(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [
            *node.get("properties", {}),
            *(name for each in node.values() for name in _names(each)),
        ]
    return [name for each in node for name in _names(each)] if isinstance(node, list) else []


def buys_maps_and_finds_out_why(line: str) -> Journey:
    """A token instead of a question: this client cannot ask its user."""

    async def journey(client: Client) -> None:
        asked = await tool(client, "buy_number", line=line)
        bought = await tool(client, "buy_number", line=line, confirm_token=asked["confirm_token"])
        decision = await tool(client, "explain_call", called=line, caller="01012345678")
        noted = await tool(client, "note_number", number=line, memo="by an assistant")
        events = await tool(client, "list_events", of=bought["number"]["id"])
        counts = await tool(client, "count_calls", number=bought["number"]["number"], by="day")

        assert (asked["done"], asked["number"], bought["done"]) == (False, None, True)
        assert "7,700 KRW every month" in asked["consequence"]
        assert (decision["decision"], decision["reason"]) == ("refuse", "no_agent_mapped")
        assert noted["memo"] == "by an assistant"
        assert [each["type"] for each in events["events"]] == ["number.updated", "number.purchased"]
        assert (counts["totals"]["calls"], counts["buckets"]) == (0, [])

    return journey


class TestTransports:
    def test_in_process(self, demo: Demo) -> None:
        over(demo, buys_maps_and_finds_out_why("07000000001"))

    def test_over_stdio(self, demo: Demo) -> None:
        async def goes() -> None:
            program = StdioServerParameters(
                command=str(PROGRAM),
                args=["mcp", "--allow-changes"],
                env=environment({"DIALPLANE_URL": demo.url, "DIALPLANE_API_KEY": demo.test_key}),
            )
            async with Client(stdio_client(program)) as client:
                await buys_maps_and_finds_out_why("07000000002")(client)

        run_aside(goes())

    def test_over_http_with_the_token(self, demo: Demo) -> None:
        env = {"DIALPLANE_URL": demo.url, "DIALPLANE_API_KEY": demo.test_key}
        with started(
            "mcp", "--http", "--port", "0", "--allow-changes", "--json", env=env
        ) as running:
            told = running.report()

            async def goes() -> None:
                shown = {"authorization": f"Bearer {told['token']}"}
                async with httpx2.AsyncClient(headers=shown) as http:
                    transport = streamable_http_client(told["url"], http_client=http)
                    async with Client(transport) as client:
                        await buys_maps_and_finds_out_why("07000000003")(client)

            run_aside(goes())
            refused = httpx2.post(told["url"], json={})
            elsewhere = httpx2.post(
                told["url"],
                json={},
                headers={"authorization": f"Bearer {told['token']}", "host": "evil.example"},
            )

        assert refused.status_code == 401
        assert elsewhere.status_code in {403, 421}

    def test_nobody_has_logged_in(self, tmp_path: Path) -> None:
        said = run("mcp", "--json", env={"XDG_CONFIG_HOME": str(tmp_path)})

        assert (said.code, said.json["error"]["code"]) == (1, "NOT_LOGGED_IN")


class TestAsking:
    @pytest.mark.parametrize(
        ("answer", "held"),
        [
            (ElicitResult(action="accept", content={"agree": True}), True),
            (ElicitResult(action="accept", content={"agree": False}), False),
            (ElicitResult(action="decline"), False),
            (ElicitResult(action="cancel"), False),
        ],
    )
    def test_a_client_that_can_asks_its_user(
        self, demo: Demo, answer: ElicitResult, *, held: bool
    ) -> None:
        questions: list[str] = []

        async def asks(_context: Any, params: Any) -> ElicitResult:
            questions.append(params.message)
            return answer

        async def journey(client: Client) -> None:
            line = (await tool(client, "search_lines", line_type="voip"))["lines"][0]["number"]
            done = await client.call_tool("buy_number", {"line": line})
            numbers = (await tool(client, "list_numbers"))["numbers"]

            assert done.is_error is not held
            assert (line in {each["number"] for each in numbers}) is held
            assert "every month" in questions[0]

        over(demo, journey, elicitation_callback=asks)

    def test_a_yes_is_for_one_thing_only(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            first, second, *_ = (await tool(client, "search_lines", line_type="voip"))["lines"]
            asked = await tool(client, "buy_number", line=first["number"])
            token = asked["confirm_token"]

            for other in (token, token + "0", "x", f"9{token}", "1.2.3"):
                said = await refusal(
                    client, "buy_number", line=second["number"], confirm_token=other
                )
                assert "Nothing was done" in said

        over(demo, journey)

    def test_giving_up_and_keeping(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            line = (await tool(client, "search_lines"))["lines"][0]["number"]
            token = (await tool(client, "buy_number", line=line))["confirm_token"]
            await tool(client, "buy_number", line=line, confirm_token=token)
            asked = await tool(client, "cancel_number", number=line)
            gone = await tool(
                client, "cancel_number", number=line, confirm_token=asked["confirm_token"]
            )
            kept = await tool(client, "keep_number", number=line)

            assert "until its paid month ends" in asked["consequence"]
            assert gone["number"]["status"] == "cancel_requested"
            assert gone["works_until"] == gone["number"]["end_at"]
            assert kept["status"] == "active"

        over(demo, journey)


def test_a_token_expires_and_its_parts_belong_together() -> None:
    now = [1_000.0]
    confirmations = Confirmations(lambda: now[0])
    token = confirmations.token("place_call", {"to": "1"})
    expires, nonce, mark = token.split(".")

    assert confirmations.holds(token, "place_call", {"to": "1"})
    assert not confirmations.holds(token, "place_call", {"to": "2"})
    assert not confirmations.holds(token, "buy_number", {"to": "1"})
    assert not confirmations.holds(f"{int(expires) + 9}.{nonce}.{mark}", "place_call", {"to": "1"})
    assert not confirmations.holds(f"{expires}.{nonce[::-1]}x.{mark}", "place_call", {"to": "1"})
    assert not Confirmations(lambda: now[0]).holds(token, "place_call", {"to": "1"})
    now[0] += LASTS_S + 1
    assert not confirmations.holds(token, "place_call", {"to": "1"})


class TestErrors:
    def test_each_says_what_to_do_next(self, demo: Demo) -> None:
        async def journey(client: Client) -> None:
            line = (await tool(client, "search_lines"))["lines"][0]["number"]
            token = (await tool(client, "buy_number", line=line))["confirm_token"]
            bought = await tool(client, "buy_number", line=line, confirm_token=token)
            assert "list_numbers" in await refusal(client, "get_number", number="07099999999")
            assert "search_lines" in await refusal(client, "buy_number", line="07099999999")
            assert "list_agents" in await refusal(
                client, "map_number", number=bought["number"]["id"], inbound="Nobody"
            )
            assert "NOT_FOUND" in await refusal(
                client, "get_call", call_id="01927f5e-8c4a-7b1e-9d3f-000000000000"
            )

        over(demo, journey)

    @pytest.mark.parametrize(
        ("code", "status", "said"),
        [
            ("UNAUTHORIZED", 401, "replace it"),
            ("FORBIDDEN", 403, "another one"),
            ("BRAND_NEW", 409, "BRAND_NEW: no"),
        ],
    )
    def test_what_the_api_refuses_is_told(self, code: str, status: int, said: str) -> None:
        async def goes(url: str) -> str:
            async with in_process(url, "k") as client:
                return await refusal(client, "list_numbers")

        with FaultyServer(refuses(status, code)) as server:
            assert said in run_aside(goes(server.url))
