"""`make soak`: thousands of calls through the real edge, counted at every place, memory watched."""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from parts.control_plane import ControlPlane
from parts.edge_process import Edge, edge_settings
from parts.program import ask
from parts.sip_peers import CARRIER, RUNTIME, SCENARIOS, free_port

TALK_MS = 500
SETTLES_WITHIN_S = 60
FLAT_WITHIN = 1.10
# SIPp writes: ... unexpected message for Call-Id ...: while expecting 'ACK' (index 3), received ...
UNEXPECTED = re.compile(
    r"unexpected message.*?expecting '?([^'(]*?)'? \(index \d+\), received '((?:SIP/2.0 )?\S+)",
)


@dataclass(slots=True)
class Memory:
    """Resident memory of a group of processes over time, in MB."""

    name: str
    pids: list[int]
    seen: list[float] = field(default_factory=list)

    def look(self) -> None:
        self.seen.append(sum(_resident_mb(pid) for pid in self.pids))

    @property
    def growth(self) -> float:
        """The last third beside the middle third: what grows for ever grows there too."""
        third = max(1, len(self.seen) // 3)
        return _mean(self.seen[-third:]) / _mean(self.seen[third : 2 * third] or self.seen)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(grandchild for child in children for grandchild in _family(int(child)))]


@contextmanager
def sipp(
    directory: Path, scenario: str, *arguments: str, strict: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """One SIPp that keeps its statistics, and what it did not expect; `strict` ends such calls."""
    text = (SCENARIOS / f"{scenario}.xml").read_text().replace("__TALK__", str(TALK_MS))
    (directory / f"{scenario}.xml").write_text(text)
    stats = ("-trace_stat", "-fd", "5", "-stf", f"{scenario}.csv", "-nostdin")
    stats = (*stats, "-trace_err", "-error_file", f"{scenario}.errors")
    # On a busy machine an INVITE is repeated before its 180 was read, and reaches the runtime when
    # it waits for the ACK. That is UDP as it should be; SIPp would hang up on it. --strict shows.
    stats = stats if strict else (*stats, "-default_behaviors", "all,-abortunexp")
    process = subprocess.Popen(
        ["sipp", "-sf", f"{scenario}.xml", *arguments, *stats],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def counted(directory: Path, scenario: str) -> tuple[int, int]:
    """How many calls succeeded and failed, as SIPp counted them."""
    names, *_, last = (directory / f"{scenario}.csv").read_text().splitlines()
    row = dict(zip(names.split(";"), last.split(";"), strict=False))
    return int(row["SuccessfulCall(C)"]), int(row["FailedCall(C)"])


def complaints(directory: Path, scenario: str) -> Iterator[str]:
    """What went wrong by SIPp's own count, and the kinds of messages it did not expect."""
    names, *_, last = (directory / f"{scenario}.csv").read_text().splitlines()
    row = zip(names.split(";"), last.split(";"), strict=False)
    for name, figure in row:
        if name.startswith("Failed") and name.endswith("(C)") and figure not in ("0", ""):
            yield f"{scenario}: {name.removesuffix('(C)')} {figure}"
    file = directory / f"{scenario}.errors"
    said = file.read_text(errors="replace") if file.exists() else ""
    kinds = Counter(f"expected {wanted}, got {got}" for wanted, got in UNEXPECTED.findall(said))
    for kind, times in kinds.most_common():
        yield f"{scenario}: {times} x {kind}"
    if said and not kinds:
        yield f"{scenario}: {said[:2000]}"


def unfinished(control: ControlPlane) -> Iterator[str]:
    """Calls that are not over as they should be, by the API's count."""
    for status in ("queued", "ongoing", "error", "canceled", "not_connected"):
        path = f"/v3/calls?status={status}&limit=3"
        _, page = ask(control.port, path, token=control.key)
        if page["total_count"]:
            first = [(each["id"], each["disconnection_reason"]) for each in page["items"]]
            yield f"API: {page['total_count']} {status}, such as {first}"


def ended(control: ControlPlane) -> int:
    _, page = ask(control.port, "/v3/calls?status=ended&limit=1", token=control.key)
    return int(page["total_count"])


def soak(control: ControlPlane, edge: Edge, directory: Path, asked: argparse.Namespace) -> bool:
    calls: int = asked.calls
    port = free_port(RUNTIME)
    digits = control.holds(runtimes=[f"{RUNTIME}:{port}"])
    assert control.server is not None
    assert edge.process is not None
    memories = [
        Memory("API", control.server.children()),
        Memory("edge", _family(edge.process.pid)),
    ]
    to_runtime = ("-i", RUNTIME, "-p", str(port), "-m", str(calls))
    to_edge = (edge.outside, "-i", CARRIER, "-p", str(free_port(CARRIER)), "-m", str(calls))
    words = ("-key", "called", digits, "-key", "caller", "01012345678", "-r", str(asked.per_second))
    with (
        sipp(directory, "runtime_answers", *to_runtime, strict=asked.strict),
        sipp(directory, "caller_hangs_up", *to_edge, *words, strict=asked.strict) as caller,
    ):
        while caller.poll() is None:
            time.sleep(2)
            for memory in memories:
                memory.look()
    succeeded, failed = counted(directory, "caller_hangs_up")
    deadline = time.monotonic() + SETTLES_WITHIN_S
    while ended(control) < calls and time.monotonic() < deadline:
        time.sleep(1)
    counts = {
        "calls asked of SIPp": calls,
        "succeeded, by SIPp": succeeded,
        "failed, by SIPp": failed,
        "ended, by the API": ended(control),
        "ended, by the edge": _told_by(edge, "call.ended"),
        "answered, by the edge": _told_by(edge, "call.answered"),
        "events left in the spool": edge.spooled(),
    }
    _show(counts, memories)
    for scenario in ("caller_hangs_up", "runtime_answers"):
        Console().print(*complaints(directory, scenario), sep="\n", markup=False)
    Console().print(*unfinished(control), sep="\n", markup=False)
    flat = all(memory.growth < FLAT_WITHIN for memory in memories)
    return flat and list(counts.values()) == [calls, calls, 0, calls, calls, calls, 0]


def _told_by(edge: Edge, event: str) -> int:
    found = edge.metrics()
    return int(sum(value for name, value in found.items() if f'"{event}"' in name))


def _show(counts: dict[str, int], memories: list[Memory]) -> None:
    table = Table("what", "figure", box=None)
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    for memory in memories:
        table.add_row(
            f"memory of the {memory.name}, first to last",
            f"{memory.seen[0]:.0f} to {memory.seen[-1]:.0f} MB, last third x {memory.growth:.2f}",
        )
    Console().print(table)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--calls", type=int, default=10_000)
    words.add_argument("--per-second", type=int, default=50)
    words.add_argument(
        "--strict", action="store_true", help="an unexpected message is a failed call"
    )
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialplane-soak-") as name:
        directory = Path(name)
        control = ControlPlane(data_dir=directory / "control")
        control.start()
        edge = Edge(settings=edge_settings(directory / "edge", control.url, control.token))
        edge.start()
        try:
            held = soak(control, edge, directory, asked)
        finally:
            edge.stop()
            control.stop()
    sys.exit(not held)


if __name__ == "__main__":
    main()
