"""What an examination of a server says: one promise, and whether it is kept."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dialplane.elsewhere.server import Heard, V3Server
from dialplane.elsewhere.shapes import Shapes

NUMBERS: Final = "/v3/organization-telephone-numbers"
AVAILABLE: Final = "/v3/telephone-numbers/available"
AGENTS: Final = "/v3/agents"
CALLS: Final = "/v3/calls"
NOBODY: Final = "00000000-0000-4000-8000-000000000000"
"""An id that was given to nothing."""

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]*")


class Verdict(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`told` is what differed, or why it could not be looked at."""

    operation: str
    checked: str
    verdict: Verdict
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is examined, by which shapes."""

    server: V3Server
    shapes: Shapes


Findings = Iterator[Finding]
Check = Callable[[Subject], Findings]


def judged(operation: str, checked: str, fault: str) -> Finding:
    """Kept unless there is a fault."""
    verdict = Verdict.BROKEN if fault else Verdict.KEPT
    return Finding(operation=operation, checked=checked, verdict=verdict, told=fault)


def skipped(operation: str, checked: str, why: str) -> Finding:
    return Finding(operation=operation, checked=checked, verdict=Verdict.SKIPPED, told=why)


def answered(heard: Heard, status: int) -> str:
    """The fault when the status is another one."""
    if heard.status == status:
        return ""
    return f"answered {heard.status} {heard.code or ''}, not {status}".replace(" ,", ",")


def refused(heard: Heard, status: int, code: str | None = None) -> str:
    """The fault of a refusal: its status, the one envelope all errors have, its code."""
    fault = answered(heard, status) or _envelope_fault(heard.body)
    if fault or code is None or heard.code == code:
        return fault
    return f"code {heard.code}, not {code}"


def _envelope_fault(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "no {error: {code, message, details}}"
    if not isinstance(error.get("code"), str) or not _CODE.fullmatch(error["code"]):
        return f"error.code is {error.get('code')!r}"
    if not isinstance(error.get("message"), str) or not error["message"]:
        return "error.message is no text"
    if not isinstance(error.get("details"), dict):
        return "error.details is no object"
    return ""


def items_of(heard: Heard) -> list[dict[str, Any]]:
    """The items of a list, as far as it is one."""
    items = heard.body.get("items") if isinstance(heard.body, dict) else None
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
