"""What is refused: keys, ids, parameters and limits, each with the one envelope of errors."""

from typing import Final

from dialplane.elsewhere.findings import (
    AGENTS,
    AVAILABLE,
    CALLS,
    NOBODY,
    NUMBERS,
    Findings,
    Subject,
    answered,
    judged,
    refused,
)
from dialplane.elsewhere.server import Heard, Query

INVALID: Final = "VALIDATION_ERROR"
_KNOWN: Final = {
    NUMBERS: {"cursor", "limit", "provider", "sort_by", "sort_order", "status"},
    AVAILABLE: {"cursor", "limit", "line_type", "sort_by", "sort_order"},
    CALLS: {
        "agent_id", "call_from", "call_to", "call_type", "cursor", "disconnection_reason", "limit",
        "sort_order", "start_at_after", "start_at_before", "status",
    },
}  # fmt: skip
_BAD_VALUES: Final[tuple[tuple[str, Query], ...]] = (
    ("limit=0", (("limit", "0"),)),
    ("limit=101", (("limit", "101"),)),
    ("limit=x", (("limit", "x"),)),
    ("status[]=active", (("status[]", "active"),)),
    ("status=sleeping", (("status", "sleeping"),)),
    ("provider=somebody", (("provider", "somebody"),)),
    ("sort_order=up", (("sort_order", "up"),)),
    ("a cursor that is none", (("cursor", "nonsense"),)),
)


def keys(subject: Subject) -> Findings:
    operation = "every operation"
    without = subject.server.get(NUMBERS, key=None)
    yield judged(operation, "no key: 401", refused(without, 401))
    wrong = subject.server.get(NUMBERS, key="nobodys-key")
    yield judged(operation, "a wrong key: 401", refused(wrong, 401))
    told = "" if without.code == wrong.code else f"{without.code} without, {wrong.code} with it"
    yield judged(operation, "no key and a wrong one are told the same", told)
    nobodys = subject.server.get(f"{NUMBERS}/{NOBODY}", key=None)
    yield judged(operation, "key before existence: 401", refused(nobodys, 401))


def ids(subject: Subject) -> Findings:
    for path in (NUMBERS, AGENTS, CALLS):
        missing = subject.server.get(f"{path}/{NOBODY}")
        yield judged(f"GET {path}/{{id}}", "an id of nothing: 404", refused(missing, 404))
        nonsense = subject.server.get(f"{path}/07011112222")
        yield judged(f"GET {path}/{{id}}", "no id at all: 400", refused(nonsense, 400, INVALID))


def parameters(subject: Subject) -> Findings:
    for path, known in _KNOWN.items():
        heard = subject.server.get(path, [("colour", "red")])
        fault = refused(heard, 400, INVALID) or _allowed_fault(heard, known)
        checked = "an unknown parameter: 400 with the known ones"
        yield judged(f"GET {path}", checked, fault)
    for told, query in _BAD_VALUES:
        heard = subject.server.get(NUMBERS, query)
        yield judged(f"GET {NUMBERS}", f"{told}: 400", refused(heard, 400, INVALID))


def _allowed_fault(heard: Heard, known: set[str]) -> str:
    details = heard.body["error"]["details"]
    allowed = details.get("allowed_query_parameters")
    if not isinstance(allowed, list):
        return "no details.allowed_query_parameters"
    if missing := known - set(map(str, allowed)):
        return f"allowed_query_parameters without {', '.join(sorted(missing))}"
    return "" if allowed == sorted(allowed) else "allowed_query_parameters are not sorted"


def bounds(subject: Subject) -> Findings:
    for limit in ("1", "100"):
        heard = subject.server.get(NUMBERS, [("limit", limit)])
        yield judged(f"GET {NUMBERS}", f"limit={limit}: 200", answered(heard, 200))
    several = [("status", "active"), ("status", "expired")]
    heard = subject.server.get(NUMBERS, several)
    yield judged(f"GET {NUMBERS}", "status repeated: 200", answered(heard, 200))
