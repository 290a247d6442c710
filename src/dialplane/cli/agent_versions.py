"""Versions of agents, and the runtime that answers for one."""

from typing import Annotated

import typer

from dialplane.cli.asking import AgentArgument, DryRun, asked, trying
from dialplane.cli.commands import command
from dialplane.cli.finding import agent_id, runtime_id
from dialplane.cli.showing import done, listed, whole
from dialplane.cli.terminal import Report, instant
from dialplane.client.models.agents import AgentVersion

VersionArgument = Annotated[str, typer.Argument(help="v1, v2 and so on.")]


def add_to(app: typer.Typer) -> None:
    command(app, "versions")(versions)
    command(app, "freeze")(freeze)
    command(app, "publish")(publish)
    command(app, "runtime")(runtime)
    command(app, "set-runtime")(set_runtime)


def versions(agent: AgentArgument) -> Report:
    """List the frozen versions of an agent."""
    with asked() as client:
        found = client.agents.versions(agent_id(client, agent))
    return listed(
        (found.versions, found.total_count),
        ("VERSION", "IN PRODUCTION", "MADE", "WHAT IS NEW"),
        _row,
        none="No versions. Next: dialplane agents freeze",
    )


def _row(each: AgentVersion) -> tuple[object, ...]:
    return each.version, "*" * each.is_production, instant(each.created_at), each.description


def freeze(
    agent: AgentArgument,
    *,
    description: Annotated[str | None, typer.Option(help="What is new in it.")] = None,
) -> Report:
    """Freeze the draft as the next version."""
    with asked() as client:
        return whole(client.agents.create_version(agent_id(client, agent), description=description))


def publish(agent: AgentArgument, version: VersionArgument) -> Report:
    """Put a version into production; publishing the one before takes it back."""
    with asked() as client:
        return whole(client.agents.publish(agent_id(client, agent), version))


def runtime(agent: AgentArgument) -> Report:
    """Tell which runtime answers for an agent; none is the default one."""
    with asked() as client:
        return whole(client.agents.runtime(agent_id(client, agent)))


def set_runtime(
    agent: AgentArgument,
    runtime: Annotated[str, typer.Argument(help="Its name or its id; none for the default one.")],
    *,
    dry_run: DryRun = False,
) -> Report:
    """Say which runtime answers for an agent."""
    with asked() as client:
        chosen = None if runtime == "none" else runtime_id(client, runtime)
        operations = trying(client, dry_run=dry_run)
        return done(operations.agents.set_runtime(agent_id(client, agent), chosen))
