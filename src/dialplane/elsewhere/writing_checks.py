"""What a PATCH does and refuses; afterwards everything is as it was."""

from typing import Any

from dialplane.elsewhere.findings import (
    NOBODY,
    NUMBERS,
    Findings,
    Subject,
    answered,
    items_of,
    judged,
    refused,
    skipped,
)
from dialplane.elsewhere.refusal_checks import INVALID

_MEMO = "dialplane conformance"


def patches(subject: Subject) -> Findings:
    operation = f"PATCH {NUMBERS}/{{id}}"
    held = items_of(subject.server.get(NUMBERS))
    if not held:
        yield skipped(operation, "changes", "the organization holds no active number")
        return
    number = held[0]
    path = f"{NUMBERS}/{number.get('id')}"
    try:
        yield from _memo(subject, path, number)
        yield from _mapping(subject, path, number)
    finally:
        # Whatever a server made of it.
        subject.server.ask("PATCH", path, {"memo": number.get("memo")})
        mappings = {name: number.get(name) for name in ("inbound_agent", "outbound_agent")}
        subject.server.ask("PATCH", f"{path}/agent", mappings)


def _memo(subject: Subject, path: str, number: dict[str, Any]) -> Findings:
    operation = f"PATCH {NUMBERS}/{{id}}"
    server = subject.server
    changed = server.ask("PATCH", path, {"memo": _MEMO})
    fault = answered(changed, 200) or _left_alone(number, changed.body, {"memo": _MEMO})
    yield judged(operation, "changes the memo and nothing else", fault)
    read = server.get(path)
    fault = answered(read, 200) or _left_alone(number, read.body, {"memo": _MEMO})
    yield judged(operation, "is read afterwards", fault)
    cleared = server.ask("PATCH", path, {"memo": None})
    fault = answered(cleared, 200) or _left_alone(number, cleared.body, {"memo": None})
    yield judged(operation, "null clears", fault)
    for told, body in (
        ("an empty object: 400", {}),
        ("an unknown field: 400", {"memo": None, "colour": "red"}),
        ("a memo that is no text: 400", {"memo": 1}),
        ("a memo of 201 characters: 400", {"memo": "x" * 201}),
    ):
        yield judged(operation, told, refused(server.ask("PATCH", path, body), 400, INVALID))


def _mapping(subject: Subject, path: str, number: dict[str, Any]) -> Findings:
    operation = f"PATCH {NUMBERS}/{{id}}/agent"
    for told, mapping in (
        ("an agent that is none: 400", {"agent_id": NOBODY}),
        ("a selector that is none: 400", {"agent_id": NOBODY, "agent_version": "v0"}),
        ("an unknown field inside: 400", {"agent_id": NOBODY, "colour": "red"}),
    ):
        heard = subject.server.ask("PATCH", f"{path}/agent", {"inbound_agent": mapping})
        yield judged(operation, told, refused(heard, 400, INVALID))
    empty = subject.server.ask("PATCH", f"{path}/agent", {})
    yield judged(operation, "an empty object: 400", refused(empty, 400, INVALID))
    same = {"inbound_agent": number.get("inbound_agent")}
    heard = subject.server.ask("PATCH", f"{path}/agent", same)
    fault = answered(heard, 200) or _left_alone(number, heard.body, {"memo": None})
    yield judged(operation, "a direction left out keeps its agent", fault)


def _left_alone(before: dict[str, Any], after: Any, changes: dict[str, Any]) -> str:
    """The fault when anything but the changes differs."""
    if not isinstance(after, dict):
        return "no number came back"
    expected = {**before, **changes, "updated_at": after.get("updated_at")}
    differing = [name for name, value in expected.items() if after.get(name) != value]
    return f"differs in {', '.join(differing)}" if differing else ""
