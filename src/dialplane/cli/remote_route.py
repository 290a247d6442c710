"""`dialplane route explain`, asked of the API."""

from typing import Any

from rich.text import Text

from dialplane.cli.asking import asked
from dialplane.cli.showing import facts_of, outcome
from dialplane.cli.terminal import Report, table


def explain(*, called: str, caller: str, source: str, direction: Any) -> Report:
    with asked() as client:
        fields: Any = {"source_address": source} if source else {}
        decision = client.routing.simulate(called, direction=direction, caller=caller, **fields)
    rows = [(step.verdict, step.rule, step.text) for step in decision.trace]
    told: list[Any] = [table("", "RULE", "WHY", rows=rows), ""]
    told.append(Text(outcome(decision), "bold red" if decision.reason else "bold green"))
    told += [f"Meant, perhaps: {miss.number} ({miss.reason})" for miss in decision.near_misses]
    return Report(facts=facts_of(decision), told=told)
