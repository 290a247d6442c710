"""What is read: shapes, the sixteen fields of a number, pages, snapshots of agents."""

from typing import Final

from dialplane.elsewhere.findings import (
    AGENTS,
    AVAILABLE,
    CALLS,
    NUMBERS,
    Finding,
    Findings,
    Subject,
    answered,
    items_of,
    judged,
    skipped,
)
from dialplane.elsewhere.server import Heard, Query
from dialplane.elsewhere.shapes import fields_of

EVERY_STATUS: Final[Query] = tuple(
    ("status", status) for status in ("active", "scheduled", "cancel_requested", "expired")
)
_LISTS: Final = (
    (NUMBERS, "OrganizationTelephoneNumberPage", EVERY_STATUS),
    (AVAILABLE, "AvailableTelephoneLinePage", ()),
    (AGENTS, "AgentPage", ()),
    (CALLS, "CallPage", ()),
)


def lists(subject: Subject) -> Findings:
    for path, schema, query in _LISTS:
        heard = subject.server.get(path, query)
        fault = answered(heard, 200) or subject.shapes.faults(schema, heard.body)
        yield judged(f"GET {path}", "status and shape of a page", fault)
        yield from _pages(subject, path, query)


def _pages(subject: Subject, path: str, query: Query) -> Findings:
    """Two pages of one item: none comes twice, and the count stays."""
    checked = "pages of one item go on where the last one ended"
    first = subject.server.get(path, [*query, ("limit", "1")])
    if len(items_of(first)) > 1:
        yield judged(f"GET {path}", checked, "limit=1 gave more than one item")
        return
    cursor = first.body.get("next_cursor") if isinstance(first.body, dict) else None
    if not isinstance(cursor, str):
        yield skipped(f"GET {path}", checked, "there are fewer than two")
        return
    second = subject.server.get(path, [*query, ("limit", "1"), ("cursor", cursor)])
    yield judged(f"GET {path}", checked, _page_fault(first, second))


def _page_fault(first: Heard, second: Heard) -> str:
    if fault := answered(second, 200):
        return f"with the cursor: {fault}"
    if not items_of(second):
        return "next_cursor led to an empty page"
    if items_of(first) == items_of(second):
        return "the second page is the first one again"
    totals = [heard.body.get("total_count") for heard in (first, second)]
    return "" if totals[0] == totals[1] else f"total_count was {totals[0]}, then {totals[1]}"


def order(subject: Subject) -> Findings:
    """Held numbers newest first, lines for sale by their number."""
    numbers = items_of(subject.server.get(NUMBERS, EVERY_STATUS))
    yield _sorted(NUMBERS, "newest first", [-int(each.get("created_at") or 0) for each in numbers])
    oldest = items_of(subject.server.get(NUMBERS, [*EVERY_STATUS, ("sort_order", "asc")]))
    yield _sorted(
        NUMBERS, "sort_order=asc: oldest first", [int(e.get("created_at") or 0) for e in oldest]
    )
    lines = items_of(subject.server.get(AVAILABLE))
    yield _sorted(AVAILABLE, "by number, ascending", [str(each.get("number")) for each in lines])


def _sorted(path: str, checked: str, values: list[int] | list[str]) -> Finding:
    if len(values) <= 1:
        return skipped(f"GET {path}", checked, "there are fewer than two")
    fault = "" if list(values) == sorted(values) else "items come in another order"
    return judged(f"GET {path}", checked, fault)


def one_number(subject: Subject) -> Findings:
    operation = f"GET {NUMBERS}/{{id}}"
    held = items_of(subject.server.get(NUMBERS, EVERY_STATUS))
    if not held:
        yield skipped(operation, "a held number", "the organization holds none")
        return
    heard = subject.server.get(f"{NUMBERS}/{held[0].get('id')}")
    shape = subject.shapes.faults("OrganizationTelephoneNumber", heard.body)
    yield judged(operation, "status and shape", answered(heard, 200) or shape)
    yield judged(operation, "the sixteen fields, in their order", _fields_fault(heard))
    differs = heard.body != held[0]
    yield judged(operation, "is what the list said", "it differs" if differs else "")
    if isinstance(heard.body, dict):
        told = {name for name in ("auth_username", "auth_password") if name in heard.body}
        fault = f"tells {', '.join(sorted(told))}" if told else ""
        yield judged(operation, "no credentials", fault)


def _fields_fault(heard: Heard) -> str:
    wanted = fields_of("OrganizationTelephoneNumber")
    found = list(heard.body) if isinstance(heard.body, dict) else []
    if missing := [name for name in wanted if name not in found]:
        return f"missing: {', '.join(missing)}"
    known = [name for name in found if name in wanted]
    return "" if known == wanted else f"in the order {', '.join(known)}"


def filters(subject: Subject) -> Findings:
    operation = f"GET {NUMBERS}"
    heard = subject.server.get(NUMBERS)
    others = {each.get("status") for each in items_of(heard)} - {"active"}
    fault = f"also gives {', '.join(map(str, sorted(others, key=str)))}" if others else ""
    yield judged(operation, "without status only active ones", answered(heard, 200) or fault)
    heard = subject.server.get(NUMBERS, [*EVERY_STATUS, ("provider", "custom")])
    bought = [each for each in items_of(heard) if each.get("provider") != "custom"]
    fault = "also gives other providers" if bought else ""
    yield judged(operation, "provider=custom gives only those", answered(heard, 200) or fault)


def one_agent(subject: Subject) -> Findings:
    operation = f"GET {AGENTS}/{{id}}"
    agents = items_of(subject.server.get(AGENTS))
    if not agents:
        yield skipped(operation, "an agent", "there is none")
        return
    path = f"{AGENTS}/{agents[0].get('agent_id')}"
    heard = subject.server.get(path)
    shape = subject.shapes.faults("Agent", heard.body)
    yield judged(operation, "status and shape", answered(heard, 200) or shape)
    versions = subject.server.get(f"{path}/versions")
    shape = subject.shapes.faults("AgentVersionList", versions.body)
    yield judged(
        f"GET {AGENTS}/{{id}}/versions", "status and shape", answered(versions, 200) or shape
    )
    found = versions.body.get("versions") if isinstance(versions.body, dict) else None
    if not isinstance(found, list) or not found:
        yield skipped(operation, "a snapshot with version=", "no version was saved")
        return
    name = str(found[0].get("version"))
    frozen = subject.server.get(path, [("version", name)])
    shape = subject.shapes.faults("Agent", frozen.body)
    yield judged(operation, "a snapshot with version=", answered(frozen, 200) or shape)
