"""`dialplane conformance`: the v3 contract held against any server."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from dialplane.cli.commands import command, single
from dialplane.cli.faults import Refused
from dialplane.cli.progress import waiting
from dialplane.cli.terminal import Report, table
from dialplane.domain.rates import rules_in
from dialplane.elsewhere.conformance import examined
from dialplane.elsewhere.findings import Finding, Subject, Verdict
from dialplane.elsewhere.pace import VENDOR_RATE, Pace
from dialplane.elsewhere.server import V3Server
from dialplane.elsewhere.shapes import Shapes

app = single()


@command(app, "conformance")
def conformance(
    url: Annotated[str, typer.Argument(help="Where the server is, with or without /v3.")],
    *,
    key: Annotated[
        str, typer.Option(envvar="DIALPLANE_FOREIGN_KEY", help="An API key of that server.")
    ] = "",
    writes: Annotated[
        bool, typer.Option("--writes", help="Also change one number, and put it back.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Take fields the contract does not know as broken.")
    ] = False,
    rate: Annotated[str, typer.Option(help="How fast to ask.")] = VENDOR_RATE,
) -> Report:
    """Hold a server against the v3 contract; reads only, unless --writes.

    Ends with 1 when a promise is broken.
    """
    if not key:
        raise Refused("There is no key to ask with.", "Give one with --key.", "NO_KEY")
    with V3Server(url, key, Pace(rules_in(rate))) as server, waiting() as tell:
        subject = Subject(server=server, shapes=Shapes(tolerant=not strict))
        found = []
        for finding in examined(subject, writes=writes):
            found.append(finding)
            tell(f"{len(found)} checked: {finding.operation}")
    return _report(url, found)


def _report(url: str, found: list[Finding]) -> Report:
    broken = [each for each in found if each.verdict is Verdict.BROKEN]
    rows = [(each.operation, each.checked, each.verdict, each.told) for each in found]
    counts = {verdict: sum(each.verdict is verdict for each in found) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return Report(
        facts={"url": url, "counts": counts, "findings": [asdict(each) for each in found]},
        told=[
            table("OPERATION", "CHECKED", "VERDICT", "WHAT DIFFERED", rows=rows),
            Text(told, "red" if broken else "green"),
        ],
        failed=bool(broken),
    )
