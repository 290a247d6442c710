"""`dialplane doctor`: what keeps this installation from working, and what to do about it."""

from collections import Counter
from typing import Final

from rich.text import Text

from dialplane.cli.checks import Finding, Verdict, examine
from dialplane.cli.commands import command, single
from dialplane.cli.serve import HostOption, PortOption
from dialplane.cli.serving import HOST, PORT
from dialplane.cli.terminal import Report
from dialplane.server import Listener

_COLOURS: Final = {Verdict.GOOD: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}

app = single()


@command(app, "doctor")
def doctor(*, host: HostOption = HOST, port: PortOption = PORT) -> Report:
    """Look for what keeps this installation from working; fails when something does."""
    found = examine(Listener(host=host, port=port))
    counts = Counter(each.verdict for each in found)
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    return Report(
        facts={
            "checks": [_facts(each) for each in found],
            **{str(verdict): counts[verdict] for verdict in Verdict},
        },
        told=[*(_told(each) for each in found), Text(summary)],
        failed=counts[Verdict.FAIL] > 0,
    )


def _told(finding: Finding) -> Text:
    told = Text.assemble(
        (f"{finding.verdict:4}", _COLOURS[finding.verdict]), f"  {finding.check:16}{finding.found}"
    )
    if finding.fix:
        told.append(f"\n      {'':16}{finding.fix}", "dim")
    return told


def _facts(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "verdict": finding.verdict,
        "found": finding.found,
        "fix": finding.fix or None,
    }
