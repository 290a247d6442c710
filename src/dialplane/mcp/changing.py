"""Tools that change something; those that cost money or end service ask the user first."""

from typing import Annotated

from mcp.server.mcpserver import Elicit, Resolve
from mcp_types import ToolAnnotations
from pydantic import Field

from dialplane.client import OMIT
from dialplane.client.models.numbers import Line, Number
from dialplane.client.wire import Writing
from dialplane.mcp import results
from dialplane.mcp.asking import Consent, Ctx, Question, Token
from dialplane.mcp.faults import told
from dialplane.mcp.finding import digits, find_line, find_number, mapping
from dialplane.mcp.reading import AgentName, NumberName
from dialplane.mcp.toolbox import Toolbox

CHANGES = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
COSTS = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True
)
ENDS = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
)


def add_to(box: Toolbox) -> None:
    for tool in (_mapping, _buying, _ending, _calling):
        tool(box)


def _mapping(box: Toolbox) -> None:
    client = box.client

    @box.tool("Map a number", CHANGES)
    async def map_number(
        number: NumberName, inbound: AgentName = None, outbound: AgentName = None
    ) -> results.Number:
        """Say which agent answers a number and which calls out; preview_mapping tries it first."""
        async with told():
            held = await find_number(client, number)
            changed = await client.numbers.map(
                held.id,
                inbound_agent=OMIT if inbound is None else await mapping(client, inbound),
                outbound_agent=OMIT if outbound is None else await mapping(client, outbound),
            )
        return results.Number.of(changed)

    @box.tool("Write a memo", CHANGES)
    async def note_number(number: NumberName, memo: str) -> results.Number:
        """Write the memo of a number; an empty one takes it away."""
        async with told():
            held = await find_number(client, number)
            return results.Number.of(await client.numbers.update(held.id, memo=memo or None))

    @box.tool("Keep a cancelled number", CHANGES)
    async def keep_number(number: NumberName) -> results.Number:
        """Take a cancellation back, while the paid month lasts; its fee goes on."""
        async with told():
            held = await find_number(client, number)
            return results.Number.of(await client.numbers.revoke_cancellation(held.id))


def _buying(box: Toolbox) -> None:
    client = box.client

    async def question(line: str) -> tuple[Line, Question]:
        async with told():
            found = await find_line(client, line)
        consequence = (
            f"Buy {found.number} ({found.line_type}): {found.monthly_fee:,} KRW every month from"
            " now on, until it is cancelled; a month begun is paid whole."
        )
        what = {"line": found.id, "fee": found.monthly_fee}
        return found, Question(tool="buy_number", what=what, consequence=consequence)

    async def ask(line: str, confirm_token: str | None, ctx: Ctx) -> Elicit[Consent] | Consent:
        _, asks = await question(line)
        return asks.asked(box.confirmations, confirm_token, ctx)

    @box.tool("Buy a number", COSTS)
    async def buy_number(
        line: Annotated[str, Field(description="The number or the id, from search_lines")],
        consent: Annotated[Consent, Resolve(ask)],
        memo: str | None = None,
        confirm_token: Token = None,
    ) -> results.Confirmable:
        """Buy a number. It costs its fee every month; the user is asked before it is bought."""
        found, asks = await question(line)
        if (instead := asks.unless_agreed(box.confirmations, consent)) is not None:
            return instead
        async with told():
            bought = await client.numbers.purchase(
                id=found.id, memo=OMIT if memo is None else memo, **_once(confirm_token)
            )
        number = results.Number.of(bought)
        return results.Confirmable(done=True, consequence=asks.consequence, number=number)


def _ending(box: Toolbox) -> None:
    client = box.client

    async def question(number: str) -> tuple[Number, Question]:
        async with told():
            held = await find_number(client, number)
        ends = (
            "It works until its paid month ends; until then keep_number takes that back."
            if held.provider == "vox"
            else "It stops working at once."
        )
        what = {"number": held.id, "status": held.status}
        consequence = f"Give up {held.number} ({held.memo or 'no memo'}). {ends}"
        return held, Question(tool="cancel_number", what=what, consequence=consequence)

    async def ask(number: str, confirm_token: str | None, ctx: Ctx) -> Elicit[Consent] | Consent:
        _, asks = await question(number)
        return asks.asked(box.confirmations, confirm_token, ctx)

    @box.tool("Give up a number", ENDS)
    async def cancel_number(
        number: NumberName,
        consent: Annotated[Consent, Resolve(ask)],
        confirm_token: Token = None,
    ) -> results.Confirmable:
        """Give a number up. The user is asked before that is done."""
        held, asks = await question(number)
        if (instead := asks.unless_agreed(box.confirmations, consent)) is not None:
            return instead
        async with told():
            gone = await client.numbers.cancel(held.id, **_once(confirm_token))
            after = await client.numbers.get(held.id)
        return results.Confirmable(
            done=True,
            consequence=asks.consequence,
            number=results.Number.of(after),
            works_until=gone.effective_at,
        )


def _calling(box: Toolbox) -> None:
    client = box.client

    def question(from_number: str, to_number: str) -> Question:
        return Question(
            tool="place_call",
            what={"from": from_number, "to": to_number},
            consequence=f"Call {to_number} from {from_number}: it rings there, and costs a call.",
        )

    async def ask(
        from_number: str, to_number: str, confirm_token: str | None, ctx: Ctx
    ) -> Elicit[Consent] | Consent:
        asks = question(from_number, to_number)
        return asks.asked(box.confirmations, confirm_token, ctx)

    @box.tool("Place a call", COSTS)
    async def place_call(
        from_number: Annotated[str, Field(description="A held number")],
        to_number: Annotated[str, Field(description="Whom to call, domestic digits")],
        consent: Annotated[Consent, Resolve(ask)],
        confirm_token: Token = None,
    ) -> results.Confirmable:
        """Let the number's agent call somebody. The user is asked before it is placed."""
        asks = question(from_number, to_number)
        if (instead := asks.unless_agreed(box.confirmations, consent)) is not None:
            return instead
        async with told():
            placed = await client.calls.place(
                digits(from_number), digits(to_number), **_once(confirm_token)
            )
        call = results.Call.of(placed)
        return results.Confirmable(done=True, consequence=asks.consequence, call=call)

    @box.tool("Hang up", ENDS)
    async def hang_up_call(call_id: str) -> results.Call:
        """End a call that goes on."""
        async with told():
            return results.Call.of(await client.calls.hang_up(call_id))


def _once(token: str | None) -> Writing:
    """A yes counts once, however often it is sent."""
    return {} if token is None else {"idempotency_key": token}
