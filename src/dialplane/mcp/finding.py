"""From what an assistant calls a thing to its id."""

import re
from typing import Final

from mcp.server.mcpserver.exceptions import ToolError

from dialplane.client import AgentMapping, AsyncDialplane
from dialplane.client.groups.numbers import Status
from dialplane.client.models.numbers import Line, Number

EVERY_STATUS: Final[tuple[Status, ...]] = ("active", "cancel_requested", "scheduled", "expired")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def digits(text: str) -> str:
    """Domestic digits: +82 70 1111 2222 is 07011112222."""
    only = re.sub(r"\D", "", text)
    return "0" + only.removeprefix("82") if text.strip().startswith(("+82", "82")) else only


async def find_number(client: AsyncDialplane, text: str) -> Number:
    if _ID.fullmatch(text):
        return await client.numbers.get(text)
    found = [
        number
        async for number in client.numbers.search(q=text, limit=100)
        if number.number == digits(text)
    ]
    if not found:
        raise ToolError(f"The organization holds no number {text}. Call list_numbers.")
    places: list[str] = [*EVERY_STATUS]
    return min(found, key=lambda number: places.index(number.status))


async def find_line(client: AsyncDialplane, text: str) -> Line:
    async for line in client.lines.list(limit=100):
        if text == line.id or digits(text) == line.number:
            return line
    raise ToolError(f"There is no line {text} to buy. Call search_lines.")


async def mapping(client: AsyncDialplane, text: str) -> AgentMapping | None:
    """`AGENT`, `AGENT@production`, `AGENT@v3`, or `none`."""
    if text == "none":
        return None
    name, _, version = text.rpartition("@") if "@" in text else (text, "", "")
    return AgentMapping(agent_id=await _agent_id(client, name), agent_version=version or "current")


async def _agent_id(client: AsyncDialplane, text: str) -> str:
    if _ID.fullmatch(text):
        return text
    found = [agent async for agent in client.agents.list(q=text) if agent.name == text]
    if len(found) != 1:
        raise ToolError(f"{len(found)} agents are called {text!r}. Call list_agents for the id.")
    return found[0].agent_id
