"""Purchases from a supplier that fails, by a process that is killed: what was tried and lost.

`make suppliers` tries 1,000 purchases with each fault on each engine. `try_fault` is the same for
one fault on a database of yours.
"""

import argparse
import itertools
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import Final

from builders import ACME, EARLIER, a_line
from conftest import Home
from dialplane.api.app import create_app
from dialplane.domain.purchases import Purchase, PurchaseState
from dialplane.domain.values import DAY_MS, SECOND_MS, LineId
from dialplane.main import connect_of, parts_of, secret_box_of, set_up_logging, system_clock
from dialplane.operations.reconciling import Reconciler
from dialplane.settings import read_settings
from dialplane.store import ledger, lines, numbers, suppliers
from dialplane.store.database import Database
from dialplane.store.migrate import migrate
from dialplane.store.pages import PageRequest
from dialplane.suppliers.simulated.faults import Fault, Faults
from dialplane.suppliers.simulated.server import SimulatedSupplier
from parts.client import Client, in_process
from parts.clock import Clock
from parts.postgres import KILLABLE, running_postgres
from parts.server import given_two_organizations
from parts.supplied import SUPPLIER, a_simulated_supplier, an_account, purchases_in
from parts.supplier_buyer import buy_all
from parts.world import ACME_TOKEN

ENGINES: Final = ("sqlite", "postgres")
TIMEOUT_S: Final = 0.25
SHARE: Final = 0.25
UNTIL_CERTAIN_MS: Final = 10 * 60 * SECOND_MS
UNTIL_FORGOTTEN_MS: Final = 3 * DAY_MS
EVERYTHING: Final = 1_000_000
"""More rows than there are."""


@dataclass
class Trial:
    """What was tried with one fault, and everything that should not have happened."""

    fault: Fault
    purchases: int
    kills: int = 0
    faults: int = 0
    answers: "Counter[str]" = field(default_factory=Counter)
    held: int = 0
    ordered_twice: int = 0
    paid_without_number: int = 0
    orphans: int = 0
    not_at_the_supplier: int = 0
    acknowledged_lost: int = 0
    unsettled: int = 0
    ledger_off_by: int = 0

    @property
    def lost(self) -> dict[str, int]:
        """All of them zero, or something was lost."""
        return {
            "ordered twice": self.ordered_twice,
            "paid without a number": self.paid_without_number,
            "orphans": self.orphans,
            "numbers not bought": self.not_at_the_supplier,
            "acknowledged and lost": self.acknowledged_lost,
            "unsettled": self.unsettled,
            "ledger off by": self.ledger_off_by,
        }

    def __str__(self) -> str:
        answers = ", ".join(f"{n} x {what}" for what, n in sorted(self.answers.items()))
        lost = ", ".join(f"{what} {n}" for what, n in self.lost.items())
        return (
            f"{self.fault:13} {self.purchases} purchases, {self.kills} kills,"
            f" {self.faults} faults; first answers: {answers}; held {self.held}; {lost}"
        )


def try_fault(home: Home, fault: Fault, *, purchases: int, kills: int, seed: int = 1) -> Trial:
    """Buy so many lines from a supplier that fails so, and count what was lost in the end."""
    chance = random.Random(seed)  # the same kills each time, nothing to guard
    with a_simulated_supplier(purchases) as server:
        database = home.open()
        environment = home.environment | {
            "DIALPLANE_SUPPLIER_TIMEOUT_S": str(TIMEOUT_S),
            "DIALPLANE_LOG_LEVEL": "critical",
        }
        wanted = _stocked(database, server, environment)
        trial = Trial(fault=fault, purchases=len(wanted))
        faults = Faults(fault=fault, share=SHARE, delay_s=2 * TIMEOUT_S, seed=seed)
        server.faults = faults
        at = sorted(chance.sample(range(1, len(wanted)), kills))
        told = _bought_and_killed(environment, wanted, at, trial)
        _settled(database, environment, server, told)
        trial.faults = faults.happened
        trial.answers = Counter(told.get(number, "no answer") for number in wanted)
        _audit(database, server, trial, told)
        database.close()
    return trial


def _stocked(
    database: Database, server: SimulatedSupplier, environment: dict[str, str]
) -> list[str]:
    migrate(database, now=EARLIER)
    given_two_organizations(database)
    wanted = sorted(server.stock.lines)
    with database.writing() as db:
        suppliers.add(db, an_account(server.url, secret_box_of(read_settings(environment))))
        for at, number in enumerate(wanted):
            line_id = LineId(f"01927f5e-8c4a-7b1e-9d3f-7711{at:08}")
            lines.put(db, a_line(id=line_id, number=number, supplier_id=SUPPLIER), now=EARLIER)
    return wanted


@cache
def _buyers() -> "multiprocessing.context.ForkServerContext":
    """Whose children start in no time, since what they need is imported once, beside us."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["parts.supplier_buyer"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return context


def _bought_and_killed(
    environment: dict[str, str], wanted: Sequence[str], kill_at: list[int], trial: Trial
) -> dict[str, str]:
    """Buy everything, killing the buyer each time so many answers have come; first answers."""
    told: dict[str, str] = {}
    while left := [number for number in wanted if number not in told]:
        limit = next((each for each in kill_at if each > len(told)), None)
        hear, tell = multiprocessing.Pipe(duplex=False)
        buyer = _buyers().Process(target=buy_all, args=(environment, left, tell))
        buyer.start()
        tell.close()
        while (heard := hear.recv()) is not None:
            told[heard[0]] = heard[1]
            if limit is not None and len(told) >= limit:
                buyer.kill()
                trial.kills += 1
                break
        buyer.join(60)
        hear.close()
    return told


def _settled(
    database: Database,
    environment: dict[str, str],
    server: SimulatedSupplier,
    told: dict[str, str],
) -> None:
    """Let workers find everything out, while it still fails and then while it does not."""
    settings = read_settings(environment)
    clock = Clock(system_clock())
    reconciler = Reconciler(database=database, connect=connect_of(settings, database), clock=clock)
    clock.advance(seconds=61)
    _until_nothing_is_due(reconciler, rounds=2)
    server.faults = Faults()
    time.sleep(2.5 * TIMEOUT_S)  # what the supplier was slow about has to be over by then
    clock.advance(ms=UNTIL_CERTAIN_MS)
    _until_nothing_is_due(reconciler, rounds=EVERYTHING)
    parts = parts_of(settings, database, clock)
    acme = Client(in_process(create_app(parts)), {"authorization": f"Bearer {ACME_TOKEN}"})
    for number, status in told.items():
        if status != "200":
            acme.sending(idempotency_key=number).post(
                "/v3/telephone-numbers/purchase", {"number": number}
            )
    parts.callers.close()
    clock.advance(ms=UNTIL_FORGOTTEN_MS)
    _until_nothing_is_due(reconciler, rounds=EVERYTHING)


def _until_nothing_is_due(reconciler: Reconciler, *, rounds: int) -> None:
    for _round in range(rounds):
        if not reconciler.round():
            return


def _audit(
    database: Database, server: SimulatedSupplier, trial: Trial, told: dict[str, str]
) -> None:
    every = PageRequest(limit=EVERYTHING, descending=False)
    with database.snapshot() as db:
        held = {each.id: each for each in numbers.some_held(db, ACME, limit=EVERYTHING)}
        entries = ledger.list_page(db, ACME, ledger.LedgerFilter(), every).items
        balance = ledger.head(db, ACME).balance
    bought = purchases_in(database)
    orders = server.stock.of(None)
    digits = Counter(number.number for number in held.values())
    trial.held = len(held)
    trial.ordered_twice = _more_than_once(server.stock.asked) + _more_than_once(digits)
    trial.orphans = len({order["number"] for order in orders} - set(digits))
    trial.not_at_the_supplier = len(set(digits) - {order["number"] for order in orders})
    trial.paid_without_number = len({entry.charge.number_id for entry in entries} - set(held))
    trial.acknowledged_lost = sum(
        status == "200" and number not in digits for number, status in told.items()
    )
    trial.unsettled = sum(_is_open(purchase) for purchase in bought)
    fees = sum(number.monthly_fee or 0 for number in held.values())
    trial.ledger_off_by = abs(balance - fees) + abs(
        balance - sum(entry.charge.amount for entry in entries)
    )


def _more_than_once(counted: "Counter[str]") -> int:
    return sum(times > 1 for times in counted.values())


def _is_open(purchase: Purchase) -> bool:
    return purchase.state in (PurchaseState.BUYING, PurchaseState.RETURNING)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--purchases", type=int, default=1_000, help="with each fault")
    words.add_argument("--kills", type=int, default=10, help="of the buyer, with each fault")
    words.add_argument("--engine", choices=ENGINES, action="append", help="both if left out")
    asked = words.parse_args()
    set_up_logging(read_settings({"DIALPLANE_LOG_LEVEL": "critical"}))
    lost = False
    for engine in asked.engine or ENGINES:
        sys.stdout.write(f"{engine}\n")
        with _empty_homes(engine) as homes:
            for fault, home in zip(Fault, homes, strict=False):
                began = time.monotonic()
                trial = try_fault(home, fault, purchases=asked.purchases, kills=asked.kills)
                sys.stdout.write(f"{trial}; {time.monotonic() - began:.0f} s\n")
                sys.stdout.flush()
                lost |= any(trial.lost.values())
    sys.exit(lost)


@contextmanager
def _empty_homes(engine: str) -> Iterator[Iterator[Home]]:
    """As many as are asked for."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folders = (folder / str(n) for n in itertools.count())
        if engine == "sqlite":
            yield (Home(url="", data_dir=each) for each in folders)
        else:
            server = stack.enter_context(running_postgres(KILLABLE))
            yield (Home(url=server.create(), data_dir=each) for each in folders)


if __name__ == "__main__":
    main()
