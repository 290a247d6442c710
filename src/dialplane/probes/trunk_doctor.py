"""Examines a trunk as a caller would meet it: step by step, until one fails."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

from dialplane.domain.trunk_checks import Found, Step, StepReport, TrunkReport, TrunkTarget
from dialplane.domain.trunk_findings import Finding, Verdict
from dialplane.domain.values import Millis
from dialplane.probes.deadlines import Deadline
from dialplane.probes.examination import Examination
from dialplane.probes.names import Names

WHOLE_S: Final = 10.0
STEP_S: Final = 3.0


class TrunkDoctor:
    """Each examination stands for itself; any number of threads may ask for one."""

    def __init__(
        self,
        clock: Callable[[], Millis],
        *,
        allow_private: bool,
        names: Names | None = None,
        step_s: float = STEP_S,
    ) -> None:
        self._clock = clock
        self._allow_private = allow_private
        self._names = names
        self._step_s = step_s

    def examine(self, target: TrunkTarget) -> TrunkReport:
        began = time.monotonic()
        whole = Deadline(WHOLE_S)
        examination = Examination(
            target,
            self._names or Names(),
            whole,
            step_s=self._step_s,
            allow_private=self._allow_private,
        )
        with closing(examination):
            steps = examination.steps(now=self._clock())
            reports = tuple(_taken(steps, whole, offline=target.offline))
        return TrunkReport(steps=reports, duration_ms=_ms_since(began))


def _taken(
    steps: dict[Step, Callable[[], Found]], whole: Deadline, *, offline: bool
) -> Iterator[StepReport]:
    left_out: Finding | None = None
    for step, take in steps.items():
        if left_out is not None:
            yield StepReport(step=step, finding=left_out)
            continue
        report = _timed(step, take if not whole.over else _too_late)
        yield report
        if report.verdict is Verdict.FAIL:
            left_out = Finding.EARLIER_STEP_FAILED
        elif offline:
            left_out = Finding.SANDBOX_ASKS_NOBODY


def _timed(step: Step, take: Callable[[], Found]) -> StepReport:
    began = time.monotonic()
    finding, facts = take()
    return StepReport(step=step, finding=finding, facts=facts, duration_ms=_ms_since(began))


def _too_late() -> Found:
    return Finding.OUT_OF_TIME, {}


def _ms_since(began: float) -> Millis:
    return round((time.monotonic() - began) * 1000)
