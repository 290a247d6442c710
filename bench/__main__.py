"""`make bench`: one command, one table."""

import sys
from contextlib import AbstractContextManager
from typing import Annotated

import typer
from rich.console import Console

from bench import asking, profiling, reporting, starting
from bench.keeping import kept_of
from bench.loading import NoLoad, require_wrk
from bench.machine import cores, machine
from bench.peers import catalogue
from bench.peers.catalogue import DIALPLANE, Engine
from bench.postgres import NoPostgres
from bench.rows import World
from bench.running import Plan, run
from bench.serving import NotServing
from bench.showing import show, show_profile
from bench.stocking import Ground, Say, postgres_ground, sqlite_ground

ALL = (starting.NAME, *(question.name for question in asking.QUESTIONS))
QUICK = (starting.NAME, "get", "mapping")
console = Console(width=None if sys.stdout.isatty() else 120)


def main(
    *,
    quick: Annotated[bool, typer.Option(help="10,000 numbers, three peers, two minutes.")] = False,
    engine: Annotated[Engine, typer.Option(help="Where the rows are.")] = Engine.SQLITE,
    numbers: Annotated[int | None, typer.Option(help="How many numbers are held.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Medians are taken over these.")] = 5,
    seconds: Annotated[int, typer.Option(min=1, help="How long each peer is asked.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Processes of each server.")] = 1,
    ask: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(ALL)}.")] = None,
    keep: Annotated[bool, typer.Option(help="Put the figures into docs/performance.")] = False,
    profile: Annotated[
        bool, typer.Option(help="Only tell where Dialplane's own time goes.")
    ] = False,
    beside: Annotated[
        list[str] | None, typer.Option(help="Only peers with this name part.")
    ] = None,
) -> None:
    """Measure Dialplane beside its peers."""
    wanted = set(ask or (QUICK if quick else ALL))
    plan = Plan(
        engine=engine,
        world=World(numbers or (10_000 if quick else 1_000_000)),
        peers=_peers(catalogue.QUICK if quick else catalogue.PEERS, beside),
        questions=tuple(q for q in asking.QUESTIONS if q.name in wanted),
        starts=starting.NAME in wanted,
        rounds=rounds,
        seconds=seconds,
        workers=workers,
    )
    try:
        require_wrk()
        with console.status("") as status, _ground(plan, status.update) as ground:
            if profile:
                _profile(plan, ground)
                return
            result = run(plan, ground, status.update)
    except (NoLoad, NoPostgres, NotServing) as failed:
        console.print(str(failed), style="red", markup=False)
        raise typer.Exit(1) from failed
    show(console, result, machine())
    if keep:
        kept_of(result, machine()).keep()
        reporting.write()


def _profile(plan: Plan, ground: Ground) -> None:
    for question in plan.questions:
        costs = profiling.profile(question, plan.world, ground, plan.rounds * plan.seconds)
        show_profile(console, question.title, costs)


def _ground(plan: Plan, say: Say) -> AbstractContextManager[Ground]:
    if plan.engine is Engine.SQLITE:
        return sqlite_ground(plan.world, say)
    at = cores()
    return postgres_ground(plan.world, say, None if at is None else at.database)


def _peers(
    known: tuple[catalogue.Peer, ...], parts: list[str] | None
) -> tuple[catalogue.Peer, ...]:
    wanted = [
        peer
        for peer in known
        if peer is DIALPLANE
        or parts is None
        or any(part.lower() in peer.name.lower() for part in parts)
    ]
    for peer in wanted:
        if not catalogue.present(peer):
            console.print(f"left out, since it is not installed: {peer.name}", style="yellow")
    return tuple(filter(catalogue.present, wanted))


if __name__ == "__main__":
    typer.run(main)
