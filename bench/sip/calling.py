"""SIPp on both ends of a call, and what came of the calls of one round."""

import contextlib
import csv
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

SCENARIOS = Path(__file__).parent
AT_ONCE = 32
"""Calls that are open at the same time, when as many are made as can be."""

PATIENCE_S = 600
CARRIER = "127.0.0.2"
"""Where SIPp calls from; the number of the edge takes calls from there."""

BESIDE = "127.0.0.3"
"""Where SIPp answers itself while something else is measured."""


class NoCalls(Exception):  # named for what happened
    """SIPp did not finish, or most of its calls failed."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one round: how many a second, how long from INVITE to 200, how many failed."""

    per_s: float
    p50_ms: float
    p99_ms: float
    failed: int


@contextlib.contextmanager
def callee(folder: Path, address: str, port: str) -> Iterator[None]:
    """Answers every call until it is stopped."""
    process = _sipp(folder, "callee", "-i", address, "-p", port)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def calls_beside(folder: Path, core: str | None, *, per_s: int) -> Iterator[None]:
    """From SIPp to SIPp, so many a second, until it is left."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((BESIDE, 0))
        port = probe.getsockname()[1]
    processes = [
        _sipp(folder, "callee", "-i", BESIDE, "-p", str(port)),
        _sipp(
            folder, "caller", f"{BESIDE}:{port}", "-i", CARRIER, "-r", str(per_s), "-key",
            "called", "07000000000",
        ),
    ]  # fmt: skip
    try:
        if core is not None:
            for process in processes:
                os.sched_setaffinity(process.pid, {int(core)})
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def call(folder: Path, to: str, digits: str, *, calls: int, per_s: int | None = None) -> Calls:
    """Make so many calls at a rate, or without one as many as can be open at once.

    Raises:
        NoCalls.
    """
    for old in folder.glob("caller_*_rtt.csv"):
        old.unlink()
    rate = ("-r", str(per_s)) if per_s else ("-r", "20000", "-l", str(AT_ONCE))
    process = _sipp(
        folder, "caller", to, "-i", CARRIER, "-m", str(calls), *rate, "-key", "called", digits,
        "-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-stf", "caller.csv", "-fd", "1",
    )  # fmt: skip
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired as late:
        raise NoCalls(f"calls to {to} do not end") from late
    finally:
        process.kill()
        process.wait()
    return _heard(folder)


def _sipp(folder: Path, scenario: str, *arguments: str) -> "subprocess.Popen[bytes]":
    # An INVITE that was repeated before its 200 was read is UDP as it should be.
    lenient = ("-default_behaviors", "all,-abortunexp")
    return subprocess.Popen(
        [
            str(shutil.which("sipp")),
            "-sf",
            str(SCENARIOS / f"{scenario}.xml"),
            *arguments,
            "-nostdin",
            *lenient,
        ],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _heard(folder: Path) -> Calls:
    with next(iter(folder.glob("caller_*_rtt.csv"))).open() as file:
        heard = [
            (float(at), float(took)) for at, took, *_ in list(csv.reader(file, delimiter=";"))[1:]
        ]
    if len(heard) < 2:  # noqa: PLR2004  # a rate takes two
        raise NoCalls("no call was answered")
    names, *_, last = (folder / "caller.csv").read_text().splitlines()
    failed = dict(zip(names.split(";"), last.split(";"), strict=False))["FailedCall(C)"]
    times = [at for at, _ in heard]
    hundredths = quantiles([took for _, took in heard], n=100)
    seconds = (max(times) - min(times)) / 1000
    return Calls((len(heard) - 1) / seconds, hundredths[49], hundredths[98], int(failed))
