"""One run: every server up at the same time, every question in rounds, the peers by turns."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from bench import fairness, machine, starting
from bench.asking import BUYERS, NUMBERS, Question, Request, plain_cursor
from bench.figures import Figures, figures
from bench.loading import Effort, Outcome, load
from bench.minting import cursor_writer
from bench.peers.catalogue import DIALPLANE, PURCHASE, Engine, Peer, Stand
from bench.rows import World
from bench.serving import Server, free_port, serving
from bench.sip.calling import calls_beside
from bench.starting import Starts, rotated
from bench.stocking import Ground, Say

PLACES = 1 << 30
LOOKED_AT = 50
LINES_OF_ONE_FEE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured, on what, and for how long."""

    engine: Engine
    world: World
    peers: tuple[Peer, ...]
    questions: tuple[Question, ...]
    starts: bool
    rounds: int
    seconds: int
    workers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The figures of a plan: of starts by peer, the others by question, then by peer."""

    plan: Plan
    starts: dict[str, Starts]
    figures: dict[str, dict[str, Figures]]


def run(plan: Plan, ground: Ground, say: Say) -> Result:
    """Measure everything in the plan.

    Raises:
        NotServing: a peer does not start, or does not give the same answers.
        NoLoad: wrk failed.
    """
    cores = machine.cores()
    core = None if cores is None else cores.server if plan.workers == 1 else cores.both

    def serve(peer: Peer) -> AbstractContextManager[Server]:
        return serving(peer, _stand(plan, ground), core, ground.database_pid)

    # First, while nobody else is there.
    starts = starting.starts(plan.peers, serve, plan.rounds, say) if plan.starts else {}
    if not plan.questions:
        return Result(plan=plan, starts=starts, figures={})
    with contextlib.ExitStack() as stack:
        servers: list[Server] = []
        for peer in plan.peers:
            say(f"starting {peer.name}")
            servers.append(stack.enter_context(serve(peer)))
        rounds = Rounds(plan, ground, tuple(servers), None if cores is None else cores.load)
        found = {question.name: rounds.ask(question, say) for question in plan.questions}
    return Result(plan=plan, starts=starts, figures=found)


def _stand(plan: Plan, ground: Ground) -> Stand:
    return Stand(
        engine=plan.engine,
        target=ground.target,
        folder=ground.folder,
        port=free_port(),
        first_asked=f"{NUMBERS}/{plan.world.number_id(0)}",
        workers=plan.workers,
    )


class Rounds:
    """The servers, and who is asked next."""

    def __init__(
        self, plan: Plan, ground: Ground, servers: tuple[Server, ...], load_core: str | None
    ) -> None:
        self._plan = plan
        self._ground = ground
        self._servers = servers
        self._load_core = load_core
        self._ours = next(server for server in servers if server.peer is DIALPLANE)
        self._cursor = cursor_writer(ground.folder)
        self._chance = Random(plan.rounds)  # noqa: S311  # which request comes first

    def ask(self, question: Question, say: Say) -> dict[str, Figures]:
        able = tuple(server for server in self._servers if question.kind in server.peer.kinds)
        files = self._files(question)
        self._require_fairness(question, able)
        outcomes: dict[str, list[Outcome]] = {server.peer.name: [] for server in able}
        for turn in range(-1, self._plan.rounds):
            place = self._chance.randrange(PLACES)
            for server in rotated(able, turn):
                warming = turn < 0
                say(f"{question.name}: " + (f"round {turn + 1}" if not warming else "warming up"))
                outcome = self._once(question, server, files[server.peer is DIALPLANE], place)
                if not warming:
                    outcomes[server.peer.name].append(outcome)
        ours = outcomes[DIALPLANE.name]
        return {name: figures(ours, theirs) for name, theirs in outcomes.items()}

    def _once(self, question: Question, server: Server, requests: Path, place: int) -> Outcome:
        if question.kind == PURCHASE:
            self._ground.restock()
            place = 0
        effort = Effort(
            seconds=self._plan.seconds,
            core=self._load_core,
            expected=question.expected,
            per_s=question.per_s,
            once=question.once,
        )
        with self._beside(question):
            return load(server, requests, effort, place=place)

    def _beside(self, question: Question) -> AbstractContextManager[None]:
        if not question.calls_beside:
            return contextlib.nullcontext()
        return calls_beside(self._ground.folder, self._load_core, per_s=question.calls_beside)

    def _files(self, question: Question) -> dict[bool, Path]:
        folder, world = self._ground.folder, self._plan.world
        return {
            True: question.write(folder, world, self._cursor, "dialplane"),
            False: question.write(folder, world, plain_cursor, "peers"),
        }

    def _require_fairness(self, question: Question, able: tuple[Server, ...]) -> None:
        request = next(question.requests(self._plan.world, self._cursor))
        fairness.require_proof(self._ours, request, question.proof)
        for server in able:
            if server is self._ours or not server.peer.checked:
                continue
            if question.kind == PURCHASE:
                self._ground.restock()
            fairness.require_same_answers(self._ours, server, self._pairs(question))

    def _pairs(self, question: Question) -> Iterator[tuple[Request, Request]]:
        world = self._plan.world
        yield from ((request, request) for request in fairness.strangers(world))
        ours, theirs = (
            list(islice(question.requests(world, cursor), LOOKED_AT))
            for cursor in (self._cursor, plain_cursor)
        )
        if question.kind == PURCHASE:  # not even for us can a line be bought twice
            theirs = theirs[LINES_OF_ONE_FEE * BUYERS :]
            ours, theirs = ours[:BUYERS], theirs[:BUYERS]
        yield from zip(ours, theirs, strict=True)
