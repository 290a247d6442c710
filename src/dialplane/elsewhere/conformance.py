"""The v3 contract as questions to any server."""

from typing import Final

from dialplane.elsewhere import reading_checks, refusal_checks, writing_checks
from dialplane.elsewhere.findings import Check, Finding, Findings, Subject, Verdict
from dialplane.elsewhere.server import NoAnswer

READING: Final[tuple[Check, ...]] = (
    refusal_checks.keys,
    reading_checks.lists,
    reading_checks.order,
    reading_checks.filters,
    reading_checks.one_number,
    reading_checks.one_agent,
    refusal_checks.ids,
    refusal_checks.parameters,
    refusal_checks.bounds,
)
WRITING: Final[tuple[Check, ...]] = (writing_checks.patches,)


def examined(subject: Subject, *, writes: bool) -> Findings:
    """Every finding, as it comes; a check that gets no answer is broken."""
    for check in (*READING, *(WRITING if writes else ())):
        try:
            yield from check(subject)
        except NoAnswer as silence:
            yield Finding(
                operation=check.__name__,
                checked="an answer",
                verdict=Verdict.BROKEN,
                told=str(silence),
            )
