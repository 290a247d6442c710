"""Tools that only read, or try a change without doing it."""

from typing import Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import Field

from dialplane.client import OMIT, AsyncPages
from dialplane.client.models.model import Model
from dialplane.mcp import results
from dialplane.mcp.faults import told
from dialplane.mcp.finding import EVERY_STATUS, find_number, mapping
from dialplane.mcp.toolbox import Toolbox

READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
MOST = 100

NumberName = Annotated[str, Field(description="A held number in any spelling, or its id")]
Limit = Annotated[int, Field(ge=1, le=MOST, description="At most so many")]
AgentName = Annotated[
    str | None,
    Field(description="AGENT@VERSION (current, production or v3), none for nobody, null to keep"),
]
LineType = Literal["mobile", "landline", "voip", "uan", "personal", "toll_free"]


def add_to(box: Toolbox) -> None:
    for tool in (_numbers, _choices, _previews, _calls, _refusals, _records, _events):
        tool(box)


def _numbers(box: Toolbox) -> None:
    client = box.client

    @box.tool("Who am I", READS)
    async def whoami() -> results.Caller:
        """Tell whose key this server uses, whether it acts on live numbers or on the sandbox."""
        async with told():
            me = await client.keys.whoami()
        return results.Caller(
            organization=me.organization.name,
            mode=me.key.mode,
            scopes=[*me.key.scopes],
            may_change=box.allow_changes,
        )

    @box.tool("List numbers", READS)
    async def list_numbers(
        status: Annotated[
            Literal["active", "cancel_requested", "scheduled", "expired"] | None,
            Field(description="Only these; all if left out"),
        ] = None,
        limit: Limit = 50,
    ) -> results.Numbers:
        """List the telephone numbers the organization holds, newest first."""
        wanted = EVERY_STATUS if status is None else (status,)
        found, total = await _some(client.numbers.list(status=wanted, limit=limit))
        numbers = results.Number.all_of(found)
        return results.Numbers(numbers=numbers, total_count=total, complete=total == len(numbers))

    @box.tool("Get a number", READS)
    async def get_number(number: NumberName) -> results.Number:
        """Tell everything about one number: status, fee, who answers, when it ends."""
        async with told():
            return results.Number.of(await find_number(client, number))


def _choices(box: Toolbox) -> None:
    client = box.client

    @box.tool("Search lines to buy", READS)
    async def search_lines(line_type: LineType | None = None, limit: Limit = 20) -> results.Lines:
        """Search numbers that can be bought right now, the cheapest first, with their fees."""
        only: Any = {} if line_type is None else {"line_type": line_type}
        pages = client.lines.list(sort_by="monthly_fee", limit=limit, **only)
        found, total = await _some(pages)
        lines = results.Line.all_of(found)
        return results.Lines(lines=lines, total_count=total, complete=total == len(lines))

    @box.tool("List agents", READS)
    async def list_agents(
        search: Annotated[str | None, Field(description="Part of the name")] = None,
        limit: Limit = 50,
    ) -> results.Agents:
        """List the agents that can answer numbers."""
        only: Any = {} if search is None else {"q": search}
        found, total = await _some(client.agents.list(limit=limit, **only))
        agents = results.Agent.all_of(found)
        return results.Agents(agents=agents, total_count=total, complete=total == len(agents))


def _previews(box: Toolbox) -> None:
    client = box.client

    @box.tool("Preview a mapping", READS)
    async def preview_mapping(
        number: NumberName, inbound: AgentName = None, outbound: AgentName = None
    ) -> results.Preview:
        """Tell who would answer and call after a change of agents, without doing it."""
        async with told():
            held = await find_number(client, number)
            tried = await client.dry_run.numbers.map(
                held.id,
                inbound_agent=OMIT if inbound is None else await mapping(client, inbound),
                outbound_agent=OMIT if outbound is None else await mapping(client, outbound),
            )
        return results.Preview.of(tried)


def _calls(box: Toolbox) -> None:
    client = box.client

    @box.tool("Explain a call", READS)
    async def explain_call(
        called: Annotated[str, Field(description="The number that is called, in any spelling")],
        caller: Annotated[str, Field(description="Who calls; empty for one who hides")] = "",
        direction: Literal["inbound", "outbound"] = "inbound",
        source_address: Annotated[
            str | None, Field(description="IP it comes from; an accepted one if left out")
        ] = None,
    ) -> results.Decision:
        """Simulate a call: who would answer or why nobody does, with each rule that was tried."""
        only: Any = {} if source_address is None else {"source_address": source_address}
        async with told():
            decided = await client.routing.simulate(
                called, caller=caller, direction=direction, **only
            )
        return results.Decision.of(decided)

    @box.tool("Count calls", READS)
    async def count_calls(
        number: Annotated[str | None, Field(description="Only to and from this held one")] = None,
        by: Literal["hour", "day"] = "hour",
        since: Annotated[
            int | None, Field(description="Unix milliseconds, 32 days back at most; else 24 hours")
        ] = None,
        time_zone: Annotated[str, Field(description="Whose hours and days")] = "Asia/Seoul",
    ) -> results.CallCounts:
        """Count calls until now by hour or day: answered share, mean duration, why they ended."""
        only: Any = {} if since is None else {"start_at_after": since}
        async with told():
            if number is not None:
                only["number_id"] = (await find_number(client, number)).id
            counts = await client.calls.counts(bucket=by, time_zone=time_zone, **only)
        found = results.CallCounts.of(counts)
        return found.model_copy(update={"buckets": [each for each in found.buckets if each.calls]})


def _refusals(box: Toolbox) -> None:
    client = box.client

    @box.tool("Why were calls refused", READS)
    async def list_refusals(
        number: Annotated[
            str | None, Field(description="A held number; all of them if left out")
        ] = None,
        *,
        unknown: Annotated[
            bool, Field(description="Instead, calls from its trunks to numbers nobody holds")
        ] = False,
    ) -> results.Refusals:
        """List calls that were turned away lately, why, and which number was probably meant."""
        async with told():
            if unknown:
                pages = client.routing.refusals()
            elif number is None:
                pages = client.routing.recent_refusals()
            else:
                pages = client.numbers.refusals((await find_number(client, number)).id)
        found, total = await _some(pages)
        return results.Refusals(refusals=results.Refusal.all_of(found), total_count=total)


def _records(box: Toolbox) -> None:
    client = box.client

    @box.tool("List calls", READS)
    async def list_calls(
        to: Annotated[str | None, Field(description="Only to this number")] = None,
        from_: Annotated[str | None, Field(description="Only from this number")] = None,
        status: Literal["queued", "ongoing", "ended", "error", "canceled", "not_connected"]
        | None = None,
        limit: Limit = 20,
    ) -> results.Calls:
        """List calls, newest first, without what was said."""
        only: Any = {"call_to": to, "call_from": from_, "status": status}
        given = {name: value for name, value in only.items() if value is not None}
        found, total = await _some(client.calls.list(limit=limit, **given))
        calls = results.Call.all_of(found)
        return results.Calls(calls=calls, total_count=total, complete=total == len(calls))

    @box.tool("Get a call", READS)
    async def get_call(call_id: str) -> results.Call:
        """Tell everything about one call, what was said included."""
        async with told():
            return results.Call.of(await client.calls.get(call_id))


def _events(box: Toolbox) -> None:
    client = box.client

    @box.tool("List events", READS)
    async def list_events(
        of: Annotated[str | None, Field(description="Only of the thing with this id")] = None,
        after: Annotated[int, Field(ge=0, description="Only beyond this position")] = 0,
        limit: Limit = 20,
    ) -> results.Events:
        """List what has happened: newest first, or oldest first beyond a position."""
        only: Any = {} if of is None else {"resource_id": of}
        order: Any = {"after": after} if after else {"sort_order": "desc"}
        found, total = await _some(client.events.list(limit=limit, **only, **order))
        events = results.Event.all_of(found)
        return results.Events(events=events, total_count=total, complete=total == len(events))

    @box.tool("What numbers cost", READS)
    async def list_charges(limit: Limit = 20) -> results.Charges:
        """Tell what numbers have cost, newest first, and what it comes to, in KRW."""
        async with told():
            page = await client.ledger.page(sort_order="desc", limit=limit)
        entries = [
            {"number": each.number, "cause": each.cause, "amount": each.amount}
            for each in page.items
        ]
        return results.Charges(balance=page.balance or 0, entries=entries)


async def _some(pages: AsyncPages[Any]) -> tuple[tuple[Model, ...], int | None]:
    async with told():
        page = await pages.first()
    return page.items, page.total_count
