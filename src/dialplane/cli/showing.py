"""Answers of the API as reports: whole for programs, what matters for people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from rich.text import Text

from dialplane.cli.terminal import Report, facts_table, instant, remark, table
from dialplane.client.models.dry_runs import DryRun, DryRunRouting
from dialplane.client.models.model import Model
from dialplane.client.models.numbers import AgentMapping
from dialplane.client.models.routing import RoutingDecision

T = TypeVar("T", bound=Model)


def facts_of(model: Model) -> dict[str, Any]:
    """What the API answered."""
    facts: dict[str, Any] = msgspec.to_builtins(model)
    return facts


def one(model: Model, facts: Mapping[str, object]) -> Report:
    """One thing; instants and mappings among the facts are put into words."""
    shown = {name: worded(name, value) for name, value in facts.items()}
    return Report(facts=facts_of(model), told=[facts_table(shown)])


def whole(model: Model) -> Report:
    """One thing with every fact of it."""
    return one(model, {name: getattr(model, name) for name in model.__struct_fields__})


def listed(
    found: tuple[Sequence[T], int | None],
    columns: Sequence[str],
    row: Callable[[T], Sequence[object]],
    *,
    none: str,
) -> Report:
    """Several things; without any, `none` says what to do next."""
    items, total = found
    if not items:
        remark(none)
    elif total is not None and total > len(items):
        remark(f"{len(items):,} of {total:,}; --limit shows more.")
    facts = {"items": [facts_of(each) for each in items], "total_count": total}
    told = [table(*columns, rows=[row(each) for each in items])] if items else []
    return Report(facts=facts, told=told)


def done(answer: Any, tell: Callable[[Any], Report] = whole) -> Report:
    """What was done or, after a dry run, what would be."""
    return trial(answer) if isinstance(answer, DryRun) else tell(answer)


def trial(tried: DryRun) -> Report:
    rows = [
        (change.event, field, worded(field, differs.before), worded(field, differs.after))
        for change in tried.changes
        for field, differs in change.fields.items()
    ]
    remark(Text("A dry run: nothing was changed.", "yellow"))
    told = [table("EVENT", "FIELD", "IS", "WOULD BE", rows=rows) if rows else "Nothing differs."]
    answered = [_answered(each) for each in tried.routing if each.differs]
    if answered:
        told += ["", table("NUMBER", "CALLS", "NOW", "THEN", rows=answered)]
    if not tried.routing_complete:
        told.append("It may touch more numbers than were looked at.")
    return Report(facts=facts_of(tried), told=told)


def who(mapping: AgentMapping | None, names: Mapping[str, str] | None = None) -> str:
    if mapping is None:
        return "-"
    name = (names or {}).get(mapping.agent_id, mapping.agent_id)
    return f"{name}@{mapping.agent_version}"


def outcome(decision: RoutingDecision) -> str:
    if decision.decision == "refuse":
        return f"refused: {decision.reason} ({decision.sip_code})"
    return " → ".join(target.uri for target in decision.targets) or "routed"


def _answered(each: DryRunRouting) -> Sequence[object]:
    return (each.number, each.direction, outcome(each.before), outcome(each.after))


def worded(field: str, value: object) -> str:
    """A value of that name, for people."""
    if value is None or value in ((), {}, []):
        return "-"
    if isinstance(value, AgentMapping):
        return who(value)
    if field.endswith("_at") and isinstance(value, int):
        return instant(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
