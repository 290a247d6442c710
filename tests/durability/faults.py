"""`make faults`: parts are killed with `kill -9` under mixed load; then everything is counted."""

import argparse
import itertools
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from builders import an_agent, lines
from conftest import Home
from dialplane.store import agents
from dialplane.store import lines as stock
from dialplane.store.migrate import migrate
from parts.dying import Mortal
from parts.dying_edge import CALLED, CallsFound, telephony
from parts.mixed_load import Findings, Keeper, Sender, findings
from parts.postgres import KILLABLE, running_postgres
from parts.receiver import Receiver
from parts.server import given_two_organizations
from parts.world import ACME_TOKEN

EDGE_TOKEN = "the-edge-token"
SETTINGS = {
    "DIALPLANE_ALLOW_PRIVATE_WEBHOOKS": "1",
    "DIALPLANE_ALLOW_PRIVATE_SIP": "1",
    "DIALPLANE_EDGE_TOKEN": EDGE_TOKEN,
}
KEEPERS = 6
LINES = 9_000
TOLD_WITHIN_S = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one engine: what was killed how often, and what became of what was acknowledged."""

    engine: str
    killed: dict[str, int]
    found: Findings
    calls: CallsFound
    events: int
    untold: int

    @property
    def held(self) -> bool:
        return (
            self.found.clean
            and self.calls.clean_after(self.killed.get("Kamailio", 0))
            and not self.untold
        )


def prepare(home: Home) -> None:
    """Acme and Globex, an agent, and lines enough to buy."""
    with closing(home.open()) as database:
        migrate(database, now=0)
        given_two_organizations(database)
        with database.writing() as db:
            agents.add(db, an_agent())
            for line in lines(LINES):
                stock.put(db, line, now=0)


def tried(home: Home, *, kills: int, seed: int) -> Outcome:
    """Kill `kills` times under load, and hold what is there in the end against what was told."""
    chance = random.Random(seed)
    mortal = Mortal(home=home, more=SETTINGS)
    stopping = threading.Event()
    wanted = iter([line.id for line in lines(LINES)])
    with ExitStack() as stack:
        mortal.start()
        stack.callback(mortal.stop)
        receiver = stack.enter_context(Receiver())
        asker = stack.enter_context(closing(Sender(mortal.url, ACME_TOKEN, stopping)))
        asker.change("webhook", "POST", "/x/v1/webhooks", {"url": receiver.url})
        calling = telephony(home.data_dir, mortal.url, EDGE_TOKEN, asker)
        mortal.also["Kamailio"] = (sip := stack.enter_context(calling)).kill
        senders = [stack.enter_context(closing(asker.another())) for _ in range(KEEPERS)]
        keepers = [
            Keeper(str(n), sender, wanted, random.Random(seed + n))
            for n, sender in enumerate(senders)
        ]
        _kill_under_load(mortal, keepers, kills, chance)
        sip.hang_up()
        sip.tell_everything()
        mortal.a_quarter_of_an_hour_later()
        found, calls = findings(keepers, asker, others=frozenset({CALLED})), sip.found(asker)
        events, untold = _told(asker, receiver)
    engine = "PostgreSQL" if home.url else "SQLite"
    return Outcome(
        engine=engine, killed=mortal.killed, found=found, calls=calls, events=events, untold=untold
    )


def _kill_under_load(
    mortal: Mortal, keepers: list[Keeper], kills: int, chance: random.Random
) -> None:
    ways = list(itertools.islice(itertools.cycle(mortal.deaths()), kills))
    chance.shuffle(ways)
    with ThreadPoolExecutor(len(keepers)) as threads:
        working = [threads.submit(keeper.work) for keeper in keepers]
        try:
            for way in ways:
                time.sleep(chance.uniform(0.05, 0.4))
                mortal.die(way)
        finally:
            keepers[0].sender.stopping.set()
        for each in working:
            each.result()


def _told(asker: Sender, receiver: Receiver) -> tuple[int, int]:
    """How many events there were, and how many the webhook never heard of."""
    feed = asker.all_of("/x/v1/events")
    events = {event["id"] for event in feed if event["type"] != "webhook.created"}
    deadline = time.monotonic() + TOLD_WITHIN_S
    while untold := events - {each.headers["x-dialplane-event-id"] for each in receiver.heard}:
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    return len(events), len(untold)


def show(outcomes: list[Outcome]) -> None:
    table = Table("what", *(each.engine for each in outcomes), box=None)
    for way in dict.fromkeys(way for each in outcomes for way in each.killed):
        table.add_row(f"killed: {way}", *(f"{each.killed.get(way, 0):,}" for each in outcomes))
    rows = {
        "changes acknowledged": [each.found.acknowledged for each in outcomes],
        "of these asked for again": [each.found.repeated for each in outcomes],
        "lost": [len(each.found.lost) for each in outcomes],
        "done twice": [len(each.found.twice) for each in outcomes],
        "half done": [len(each.found.half) for each in outcomes],
        "calls begun by SIPp": [each.calls.begun for each in outcomes],
        "that SIPp saw end well": [each.calls.succeeded for each in outcomes],
        "ended, by the API": [each.calls.ended for each in outcomes],
        "given up after 15 minutes": [each.calls.given_up for each in outcomes],
        "calls with two records": [len(each.calls.twice) for each in outcomes],
        "calls left open": [len(each.calls.still_open) for each in outcomes],
        "events": [each.events for each in outcomes],
        "never delivered": [each.untold for each in outcomes],
    }
    for name, figures in rows.items():
        table.add_row(name, *(f"{figure:,}" for figure in figures))
    console = Console()
    console.print(table)
    for each in outcomes:
        faults = (*each.found.lost, *each.found.twice, *each.found.half)
        calls = (*each.calls.twice, *each.calls.still_open)
        for fault in (*faults, *calls)[:20]:
            console.print(f"{each.engine}: {fault}", style="red", markup=False)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kills", type=int, default=200, help="on all engines together")
    words.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = words.parse_args()
    Console().print(f"seed {asked.seed}")
    with tempfile.TemporaryDirectory(prefix="dialplane-faults-") as name, ExitStack() as stack:
        server = stack.enter_context(running_postgres(KILLABLE))
        homes = [
            Home(url="", data_dir=Path(name) / "sqlite"),
            Home(url=server.create(), data_dir=Path(name) / "postgres"),
        ]
        outcomes = []
        for home in homes:
            home.data_dir.mkdir()
            prepare(home)
            outcomes.append(tried(home, kills=asked.kills // len(homes), seed=asked.seed))
        show(outcomes)
    sys.exit(not all(each.held for each in outcomes))


if __name__ == "__main__":
    main()
