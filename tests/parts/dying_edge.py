"""Calls that go on and on through a Kamailio that is killed in between."""

import csv
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders import AGENT, REGISTER, path_of
from parts.edge_process import Edge, edge_settings
from parts.mixed_load import Sender
from parts.program import wait_until
from parts.sip_peers import CARRIER, FORGIVING, RUNTIME, SCENARIOS, free_port

CALLED = "07099990000"
TALK_MS = 800
SETTLED_WITHIN_S = 60
BAD_LUCK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsFound:
    """What SIPp saw and what the API says of it; `open` calls are those without an end."""

    begun: int = 0
    succeeded: int = 0
    records: int = 0
    ended: int = 0
    given_up: int = 0
    twice: list[str] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)

    def clean_after(self, deaths: int) -> bool:
        """One record each at the most, none left open, one for each that SIPp saw end well.

        Each death of the edge takes the news of a tenth of a second with it. Of a call that ended
        then nobody knows how; of one it had just decided from memory, while the control plane was
        dead, too, there is no record: see docs/edge.md. Three calls a second are less than one a
        death, but a few deaths may be unlucky, and a tenth of a second is longer on a busy machine.
        """
        untold = self.succeeded - self.ended
        return not self.twice and not self.still_open and untold <= deaths + BAD_LUCK


@dataclass(kw_only=True)
class Telephony:
    """A carrier that calls three times a second, the edge, and a runtime that answers."""

    directory: Path
    edge: Edge
    per_second: int = 3
    caller: "subprocess.Popen[bytes] | None" = None

    def kill(self) -> None:
        self.edge.kill()
        self.edge.start()

    def hang_up(self) -> None:
        """No new calls; those that are up end by themselves."""
        assert self.caller is not None
        self.caller.send_signal(signal.SIGUSR1)
        self.caller.wait(SETTLED_WITHIN_S)

    def tell_everything(self) -> None:
        """Until nothing is left in the edge that the control plane does not know."""
        deadline = time.monotonic() + SETTLED_WITHIN_S
        time.sleep(0.5)  # from its memory to its file takes a tenth
        while self.edge.spooled() and time.monotonic() < deadline:
            time.sleep(0.1)

    def found(self, sender: Sender) -> CallsFound:
        """Wait for what is still on its way, then compare."""
        begun, succeeded = self._counted()
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while True:
            records = [call for call in sender.all_of("/v3/calls") if call["to_number"] == CALLED]
            still_open = [call["id"] for call in records if call["status"] in {"queued", "ongoing"}]
            ended = sum(call["status"] == "ended" for call in records)
            given_up = sum(call["status"] == "error" for call in records)
            if (not still_open and ended + given_up >= succeeded) or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        callers = Counter(str(call["from_number"]) for call in records)
        return CallsFound(
            begun=begun,
            succeeded=succeeded,
            records=len(records),
            ended=ended,
            given_up=given_up,
            twice=[caller for caller, count in callers.items() if count > 1],
            still_open=still_open,
        )

    def _counted(self) -> tuple[int, int]:
        with (self.directory / "caller.csv").open() as file:
            *_, last = csv.DictReader(file, delimiter=";")
        return int(last["TotalCallCreated"]), int(last["SuccessfulCall(C)"])


@contextmanager
def telephony(directory: Path, url: str, token: str, sender: Sender) -> Iterator[Telephony]:
    """The number is registered, mapped and called; whoever asks kills the edge now and then."""
    runtime_port = free_port(RUNTIME)
    _configure(sender, runtime_port)
    edge = Edge(settings=edge_settings(directory / "edge", url, token))
    edge.start()
    place = ("-i", RUNTIME, "-p", str(runtime_port), "-m", "1000000", "-nostdin")
    runtime = _sipp(directory, "runtime", "runtime_answers", *place)
    made = Telephony(directory=directory, edge=edge)
    try:
        made.caller = _calling(directory, edge.outside, made.per_second)
        wait_until(lambda: _one_went_through(sender), lambda: edge.log)
        yield made
    finally:
        for process in (made.caller, runtime):
            if process is not None:
                process.kill()
                process.wait()
        edge.stop()


def _one_went_through(sender: Sender) -> bool:
    """As soon as it is known from where the trunk calls."""
    return any(call["status"] == "ended" for call in sender.all_of("/v3/calls"))


def _configure(sender: Sender, runtime_port: int) -> None:
    target = {"address": f"{RUNTIME}:{runtime_port}"}
    desk = {"name": "desk", "is_default": True, "targets": [target]}
    sender.change("runtime", "POST", "/x/v1/runtimes", desk)
    number = sender.change("number", "POST", REGISTER, {"number": CALLED, "address": CARRIER})
    mapping: dict[str, Any] = {"agent_id": AGENT, "agent_version": "current"}
    path = path_of(number["id"], "/agent")
    sender.change("mapping", "PATCH", path, {"inbound_agent": mapping})


def _calling(directory: Path, edge: str, per_second: int) -> "subprocess.Popen[bytes]":
    here = ("-i", CARRIER, "-p", str(free_port(CARRIER)), "-m", "1000000", "-nostdin")
    words = ("-key", "called", CALLED, "-r", str(per_second), "-recv_timeout", "20000")
    stats = ("-trace_stat", "-fd", "1", "-stf", "caller.csv")
    return _sipp(directory, "caller", "caller_hangs_up", edge, *here, *words, *stats)


def _sipp(directory: Path, name: str, scenario: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Each caller has a number of its own, so that its call is known again in the records."""
    text = (SCENARIOS / f"{scenario}.xml").read_text().replace("__TALK__", str(TALK_MS))
    (directory / f"{name}.xml").write_text(text.replace("[caller]", "0107[call_number]"))
    return subprocess.Popen(
        ["sipp", "-sf", f"{name}.xml", *arguments, *FORGIVING],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
