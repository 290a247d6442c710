"""`make fuzz`: made-up input for all that reads what others send, with a deadline on each.

Inputs are mutations of good examples, the same ones for the same seed. A parser may refuse, with
one of the errors it promises. Anything else, and what takes longer than the deadline, is a crash.
"""

import argparse
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from parts.fuzz_targets import TARGETS, Target

DEADLINE_S: Final = 2.0
"""Of this process's own time, so that a busy machine is not taken for a hang."""
LONGEST: Final = 4096
CRASHES_TOLD: Final = 5

SCRAPS: Final = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf",
    "\u202e".encode(), "\u0661\u0662".encode(), "\uff10\uff17".encode(), "\U0001f642".encode(),
    b"%00", b"%ff", b"%", b"&", b"=", b";", b"[", b"]" * 40, b"[" * 200, b"{" * 200,
    b'{"a":' * 70,
    b'"', b"\\u0000", b"\\ud800", b"\\", b"\r\n", b"\n", b",", b'""', b"'", b"null",
    b"true", b"NaN",
    b"-0", b"1e999", b"1" * 50, b"9" * 400, b"18446744073709551616", b"-1", b"0.1", b"::", b"@",
    b"sip:", b"sips:", b";transport=", b":65536", b"[::ffff:127.0.0.1]", b"%25eth0",
    b"+82", b"tel:",
    b"Bearer ", b"dp_live_", b" " * 100, b"\t", b"a" * 300, b"..", b"//", b"=cmd|' /C calc'!A0",
)  # fmt: skip


class TookTooLong(BaseException):
    """Not an Exception: nobody who catches everything may catch it."""


def _too_long(*_signal: object) -> None:
    raise TookTooLong


@dataclass(slots=True)
class Tally:
    """What became of the inputs of one parser."""

    inputs: int = 0
    read: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    crashes: list[tuple[bytes, str]] = field(default_factory=list)


def mutated(chance: random.Random, seeds: tuple[bytes, ...]) -> bytes:
    """One of the examples, changed in a few places."""
    made = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 5, 8))):
        at = chance.randrange(len(made) + 1)
        until = min(len(made), at + chance.choice((0, 1, 1, 2, 4, 16)))
        made[at:until] = chance.choice(_WAYS)(chance, bytes(made[at:until]), seeds)
    return bytes(made[:LONGEST])


_WAYS: Final[tuple[Callable[[random.Random, bytes, tuple[bytes, ...]], bytes], ...]] = (
    lambda chance, _part, _seeds: chance.choice(SCRAPS),
    lambda chance, _part, _seeds: bytes([chance.randrange(256)]),
    lambda chance, part, _seeds: part * chance.choice((0, 2, 3, 20)),
    lambda chance, part, seeds: part + chance.choice(seeds)[chance.randrange(8) :],
    lambda chance, part, _seeds: bytes(byte ^ (1 << chance.randrange(8)) for byte in part),
    lambda _chance, part, _seeds: part.swapcase(),
)


def fuzz(target: Target, inputs: int, seed: int) -> Tally:
    """Feed a parser; goes on after a crash, to find the others."""
    chance = random.Random(f"{target.name} {seed}")
    tally = Tally()
    before = signal.signal(signal.SIGVTALRM, _too_long)
    try:
        for _ in range(inputs):
            _try(target, mutated(chance, target.seeds), tally)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return tally


def _try(target: Target, raw: bytes, tally: Tally) -> None:
    tally.inputs += 1
    began = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, DEADLINE_S)
    try:
        target.read(raw)
        tally.read += 1
    except target.refusals:
        tally.refused += 1
    except TookTooLong:
        tally.crashes.append((raw, f"took longer than {DEADLINE_S} s"))
    except Exception:  # noqa: BLE001  # whatever it is, it is what is looked for
        tally.crashes.append((raw, traceback.format_exc(limit=-3)))
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    tally.slowest_s = max(tally.slowest_s, time.process_time() - began)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def shares(total: int) -> Iterator[tuple[Target, int]]:
    weight = sum(target.weight for target in TARGETS)
    for target in TARGETS:
        yield target, -(-total * target.weight // weight)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--inputs", type=int, default=1_000_000, help="of all parsers together")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    say(f"{'parser':<28}{'inputs':>10}{'read':>10}{'refused':>10}{'crashes':>9}{'slowest':>12}")
    total = crashed = 0
    for target, inputs in shares(chosen.inputs):
        tally = fuzz(target, inputs, chosen.seed)
        total, crashed = total + tally.inputs, crashed + len(tally.crashes)
        say(
            f"{target.name:<28}{tally.inputs:>10,}{tally.read:>10,}{tally.refused:>10,}"
            f"{len(tally.crashes):>9}{tally.slowest_s * 1000:>9.1f} ms"
        )
        for raw, why in tally.crashes[:CRASHES_TOLD]:
            say(f"  {raw!r}\n  {why}")
    say(f"{total:,} inputs, {crashed} crashes, seed {chosen.seed}")
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
