"""`dialplane trunk`: the SIP peers behind numbers, examined."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from dialplane.cli.commands import command, group
from dialplane.cli.known_settings import settings_in
from dialplane.cli.opening import now, opened
from dialplane.cli.terminal import Report
from dialplane.domain.sip_addresses import SipAddressRefused, parse_sip_address
from dialplane.domain.trunk_checks import StepReport, TrunkLogin, TrunkReport, TrunkTarget
from dialplane.domain.trunk_findings import Verdict
from dialplane.foundations import secret_box_of
from dialplane.operations import trunk_checks as operations
from dialplane.probes.trunk_doctor import TrunkDoctor
from dialplane.settings import Settings
from dialplane.store import trunks

_COLOURS: Final = {
    Verdict.GOOD: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.SKIPPED: "dim",
}
_TRUNK_ID: Final = re.compile(r"ST_[0-9A-Za-z]{12}")

app = group("Trunks: the SIP peers behind custom numbers.")


@command(app, "check")
def check(
    trunk: Annotated[
        str, typer.Argument(metavar="ADDRESS|ST_…", help="An address, or the id of a trunk.")
    ],
    *,
    login: Annotated[
        tuple[str, Path] | None,
        typer.Option(
            metavar="USERNAME FILE", help="To try at an address; the password is in the file."
        ),
    ] = None,
) -> Report:
    """Ask a SIP peer, step by step, and tell what to do; fails when a step does.

    No call is placed. A trunk is asked with the login stored for it.
    """
    settings = settings_in()
    target = _stored(settings, trunk) if _TRUNK_ID.fullmatch(trunk) else _at(trunk, login)
    doctor = TrunkDoctor(now, allow_private=settings.allow_private_sip)
    return _told(trunk, doctor.examine(target))


def _stored(settings: Settings, trunk_id: str) -> TrunkTarget:
    with opened(settings) as database, database.reading() as db:
        number = trunks.get_number_of_anybody(db, trunk_id)
    return operations.target_of(secret_box_of(settings), number, now=now())


def _at(text: str, login: tuple[str, Path] | None) -> TrunkTarget:
    try:
        address = parse_sip_address(text)
    except SipAddressRefused as refused:
        raise typer.BadParameter(f"no SIP address and no trunk id: {refused.reason}.") from refused
    if login is None:
        return TrunkTarget(address=address)
    username, file = login
    password = file.read_text(encoding="utf-8").rstrip("\r\n")
    return TrunkTarget(address=address, login=TrunkLogin(username=username, password=password))


def _told(trunk: str, report: TrunkReport) -> Report:
    verdict = Text.assemble(
        (report.verdict, _COLOURS[report.verdict]), f", in {report.duration_ms} ms"
    )
    return Report(
        facts={
            "trunk": trunk,
            "verdict": report.verdict,
            "duration_ms": report.duration_ms,
            "steps": [_facts(each) for each in report.steps],
        },
        told=[*(_line(each) for each in report.steps), verdict],
        failed=report.verdict is Verdict.FAIL,
    )


def _line(step: StepReport) -> Text:
    told = Text.assemble(
        (f"{step.verdict:7}", _COLOURS[step.verdict]),
        f"  {step.step:14}  {step.duration_ms:>5} ms  {step.found}",
    )
    if step.fix:
        told.append(f"\n         {'':14}            {step.fix}", "dim")
    return told


def _facts(step: StepReport) -> dict[str, object]:
    return {
        "step": step.step,
        "verdict": step.verdict,
        "code": step.finding,
        "found": step.found,
        "fix": step.fix,
        "duration_ms": step.duration_ms,
        "details": dict(step.facts),
    }
