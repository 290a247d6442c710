"""`dialplane route`: who would answer a call, and why."""

from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from dialplane.cli import profiles
from dialplane.cli.commands import command, group
from dialplane.cli.opening import now, opened
from dialplane.cli.terminal import Report, facts_table, remark, table
from dialplane.domain.calls import Direction
from dialplane.domain.routing import Refused, Routed, Verdict
from dialplane.domain.routing.explaining import explained
from dialplane.domain.values import LIVE
from dialplane.operations.simulation import Outcome, Scenario, outcome, question_of
from dialplane.operations.sip_codes import SIP_CODES

app = group("Routing: who would answer a call, and why.")


@command(app, "explain")
def explain(
    number: Annotated[str, typer.Argument(help="In any spelling: 070..., +82 70..., sip:...")],
    *,
    caller: Annotated[str, typer.Option(help="Who calls; somebody who hides if left out.")] = "",
    source: Annotated[
        str, typer.Option(metavar="IP", help="Where from; an accepted place if left out.")
    ] = "",
    to: Annotated[
        str, typer.Option(metavar="NUMBER", help="Explain a call that goes out to this instead.")
    ] = "",
    local: Annotated[
        bool, typer.Option("--database", help="The operator's answer, even when logged in.")
    ] = False,
) -> Report:
    """Tell each rule a call to NUMBER meets, with the function that decides live calls.

    Asked of the API when you are logged in, of the database of this machine otherwise.
    """
    outward = bool(to)
    if not local and (profile := profiles.find()):
        remark(f"Asked {profile.url}; --database asks the database of this machine.")
        return _over_the_api(number, caller, source, to)
    scenario = Scenario(
        direction=Direction.OUTBOUND if outward else Direction.INBOUND,
        called=to if outward else number,
        caller=number if outward else caller,
        source=source or None,
    )
    with opened() as database, database.snapshot() as db:
        found = outcome(db, LIVE, question_of(scenario, at=now()), viewer=None)
    return Report(facts=told(found), told=[*_told_to_people(found)])


def _over_the_api(number: str, caller: str, source: str, to: str) -> Report:
    # The operator's commands do without the SDK.
    remote = import_module("dialplane.cli.remote_route")
    answer: Report = remote.explain(
        called=to or number,
        caller=number if to else caller,
        source=source,
        direction="outbound" if to else "inbound",
    )
    return answer


def told(found: Outcome) -> dict[str, object]:
    decision = found.decision
    facts: dict[str, object] = {
        "decision": "refuse" if isinstance(decision, Refused) else "route",
        "number": found.number.number if found.number else None,
        "organization_id": found.number.organization_id if found.number else None,
        "revision": decision.revision,
    }
    facts |= _refusal(decision) if isinstance(decision, Refused) else _route(decision)
    trace = [
        {
            "rule": step.rule,
            "verdict": step.verdict,
            "why": step.why,
            "subject": step.subject,
            "text": explained(step),
        }
        for step in decision.trace
    ]
    return facts | {"trace": trace}


def _refusal(refused: Refused) -> dict[str, object]:
    code, phrase = SIP_CODES[refused.reason]
    meant = [{"number": miss.number, "reason": miss.reason} for miss in refused.near_misses]
    return {
        "reason": refused.reason,
        "sip_code": code,
        "sip_reason": phrase,
        "near_misses": meant,
    }


def _route(routed: Routed) -> dict[str, object]:
    answerer = routed.answerer
    return {
        "agent_id": answerer.mapping.agent_id if answerer else None,
        "agent_version": answerer.mapping.agent_version if answerer else None,
        "resolved_version": answerer.version if answerer else None,
        "variant_label": answerer.variant_label if answerer else None,
        "targets": [target.uri for target in routed.targets],
    }


_COLOURS = {
    Verdict.PASSED: "green",
    Verdict.SKIPPED: "dim",
    Verdict.LOST: "yellow",
    Verdict.REFUSED: "bold red",
    Verdict.ROUTED: "bold green",
}


def _told_to_people(found: Outcome) -> Iterable[RenderableType]:
    decision = found.decision
    rows = [(step.verdict, step.rule, explained(step)) for step in decision.trace]
    yield table("", "RULE", "WHY", rows=rows)
    yield ""
    if isinstance(decision, Refused):
        code, phrase = SIP_CODES[decision.reason]
        yield Text(f"Refused: {code} {phrase} ({decision.reason})", style=_COLOURS[Verdict.REFUSED])
        for miss in decision.near_misses:
            yield f"Meant, perhaps: {miss.number} ({miss.reason})"
        return
    facts = {name: value for name, value in _route(decision).items() if value is not None}
    targets = " → ".join(target.uri for target in decision.targets)
    yield facts_table(facts | {"targets": targets})
