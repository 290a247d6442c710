"""`dialplane agents`: agents and their versions, over the API."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dialplane.cli import agent_versions
from dialplane.cli.asking import AgentArgument, Limit, Yes, asked, confirmed, gathered
from dialplane.cli.commands import command, group
from dialplane.cli.finding import agent_id
from dialplane.cli.json_files import json_in
from dialplane.cli.showing import listed, one, whole
from dialplane.cli.terminal import Report, instant, remark, table
from dialplane.client.models.agents import AgentSummary, Finding, SavedAgent

app = group("Agents: drafts, frozen versions, and which one is in production.")

Data = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Its data as JSON, camelCase keys; - is stdin.")
]
Flow = Annotated[Path | None, typer.Option(metavar="FILE", help="Its graph as JSON; - is stdin.")]


@command(app, "list")
def list_(
    *,
    search: Annotated[str | None, typer.Option(help="Only with this in the name.")] = None,
    limit: Limit = 50,
) -> Report:
    """List agents, newest first."""
    only: Any = {} if search is None else {"q": search}
    with asked() as client:
        found = gathered(client.agents.list(limit=min(limit, 100), **only), limit)
    columns = ("NAME", "TYPE", "PRODUCTION", "CHANGED", "ID")
    return listed(found, columns, _row, none="No agents. Next: dialplane agents create NAME")


def _row(each: AgentSummary) -> tuple[object, ...]:
    return each.name, each.type, each.production_version, instant(each.updated_at), each.agent_id


@command(app, "show")
def show(
    agent: AgentArgument,
    *,
    version: Annotated[str, typer.Option(help="current, production or v3.")] = "current",
) -> Report:
    """Tell everything about an agent."""
    with asked() as client:
        return whole(client.agents.get(agent_id(client, agent), version=version))


@command(app, "create")
def create(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    *,
    flow: Flow = None,
    data: Data = None,
) -> Report:
    """Make an agent; with a graph it is a flow agent, else it has one prompt."""
    kind: Any = "single_prompt" if flow is None else "flow"
    with asked() as client:
        return _saved(client.agents.create(name, type=kind, **_files(data, flow)))


@command(app, "update")
def update(
    agent: AgentArgument,
    *,
    name: Annotated[str | None, typer.Option(help="Call it otherwise.")] = None,
    data: Data = None,
    flow: Flow = None,
) -> Report:
    """Change the draft; numbers that follow `current` follow at once."""
    fields = _files(data, flow) | ({} if name is None else {"name": name})
    if not fields:
        raise typer.BadParameter("say what: --name, --data or --flow.")
    with asked() as client:
        return _saved(client.agents.update(agent_id(client, agent), **fields))


@command(app, "delete")
def delete(agent: AgentArgument, *, yes: Yes = False) -> Report:
    """Delete an agent and all its versions; one that numbers use is kept."""
    with asked() as client:
        id_ = agent_id(client, agent)
        confirmed(["Its versions go with it, and nothing brings them back."], "Delete it?", yes=yes)
        return whole(client.agents.delete(id_))


@command(app, "check-flow")
def check_flow(
    flow: Annotated[Path, typer.Argument(metavar="FILE", help="The graph as JSON; - is stdin.")],
) -> Report:
    """Tell what is wrong with a graph, and what callers would run into; nothing is saved."""
    with asked() as client:
        found = client.agents.validate_flow(json_in(flow), level="all")
    findings = [("error", *_of(each)) for each in found.errors]
    findings += [("advice", *_of(each)) for each in found.advisories]
    told = [table("", "NODE", "FIELD", "WHAT", rows=findings)] if findings else ["Nothing wrong."]
    return Report(facts=whole(found).facts, told=told, failed=not found.valid)


def _saved(saved: SavedAgent) -> Report:
    for each in saved.advisories:
        remark(f"note: {' '.join(part for part in _of(each) if part)}")
    return one(
        saved,
        {
            "id": saved.agent_id,
            "name": saved.name,
            "type": saved.type,
            "draft": saved.head_revision,
        },
    )


def _of(each: Finding) -> tuple[str, str, str]:
    return each.node_id or "", each.field or "", each.message


def _files(data: Path | None, flow: Path | None) -> dict[str, Any]:
    given = {"data": data, "flow": flow}
    return {name: json_in(file) for name, file in given.items() if file is not None}


agent_versions.add_to(app)
