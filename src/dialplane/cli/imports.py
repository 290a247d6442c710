"""`dialplane import`: what another v3 server holds, copied into an organization here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

import typer
from rich.console import RenderableType
from rich.text import Text

from dialplane.cli.commands import command, group
from dialplane.cli.faults import Refused
from dialplane.cli.known_settings import settings_in
from dialplane.cli.mirror_run import MirrorRun
from dialplane.cli.opening import opened
from dialplane.cli.org import find
from dialplane.cli.progress import waiting
from dialplane.cli.terminal import Report, table
from dialplane.domain.foreign import Loss, Outcome
from dialplane.domain.rates import rules_in
from dialplane.elsewhere.pace import VENDOR_RATE, Pace
from dialplane.elsewhere.server import NoAnswer, V3Server
from dialplane.elsewhere.source import Source, Unreadable
from dialplane.operations.numbers import NumberPolicy
from dialplane.store.mirrors import Done

app = group("What another v3 server holds, copied into an organization here.")

KINDS: Final = ("agent", "number")
MEANINGS: Final = {
    Loss.LOGIN_NOT_TOLD: "no v3 server tells SIP logins; set it again if it has one",
    Loss.STAYS_WITH_VENDOR: "stays with the vendor; here it is your own, without a trunk",
    Loss.ADDRESS_NOT_TAKEN: "its SIP address is not allowed here",
    Loss.AGENT_NOT_COPIED: "its agent is not here, so that direction is not mapped",
    Loss.VERSION_NOT_READABLE: "a version the server does not give; an empty one stands in",
    Loss.ANOTHER_TYPE: "an agent of another type has this id here",
    Loss.EXPIRED: "has expired there",
    Loss.ENDED_HERE: "has been given up here",
    Loss.HELD_UNDER_ANOTHER_ID: "the organization holds these digits under another id",
    Loss.HELD_BY_ANOTHER: "another organization of this installation holds these digits",
    Loss.ID_TAKEN: "something else of this installation has this id",
    Loss.NOT_READABLE: "the server's answer is not what the contract says",
}


@command(app, "vox")
def vox(
    org: Annotated[str, typer.Argument(help="Id or name of the organization here.")],
    *,
    source: Annotated[str, typer.Option("--from", help="Where the server is.")],
    key: Annotated[
        str, typer.Option(envvar="DIALPLANE_FOREIGN_KEY", help="An API key of that server.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would do.")] = False,
    rate: Annotated[str, typer.Option(help="How fast to ask.")] = VENDOR_RATE,
) -> Report:
    """Copy agents, versions and numbers of a v3 server, which is only read.

    Interrupted, it goes on where it was; run again, it brings over what has changed since.
    """
    if not key:
        raise Refused("There is no key to ask with.", "Give one with --key.", "NO_KEY")
    policy = NumberPolicy(allow_private_sip=settings_in().allow_private_sip)
    with opened() as database, V3Server(source, key, Pace(rules_in(rate))) as server:
        with database.reading() as db:
            organization = find(db, org)
        run = MirrorRun(database, Source(server), organization, policy, dry_run=dry_run)
        try:
            with waiting() as tell:
                done = run.through(tell)
        except (NoAnswer, Unreadable) as silence:
            raise Refused(
                f"The other server does not go along: {silence}.",
                "What is copied is kept; run it again to go on.",
                "SOURCE_FAILED",
            ) from silence
        return _report(done, requests=server.requests, dry_run=dry_run)


def _report(done: Sequence[Done], *, requests: int, dry_run: bool) -> Report:
    seen = [each for each in done if each.seen]
    gone = [each for each in done if not each.seen]
    counts = Counter((each.item.kind, each.taken.outcome) for each in seen)
    by_kind = {kind: {each: counts[kind, each] for each in Outcome} for kind in KINDS}
    lost = [(each, loss) for each in seen for loss in each.taken.losses]
    return Report(
        facts={
            "dry_run": dry_run,
            "requests": requests,
            "counts": by_kind,
            "losses": [{**_named(each), "loss": loss} for each, loss in lost],
            "no_longer_there": [_named(each) for each in gone],
        },
        told=list(_told(by_kind, lost, gone, dry_run=dry_run)),
    )


def _named(done: Done) -> dict[str, object]:
    item = done.item
    return {"kind": item.kind, "id": item.foreign_id, "label": item.label}


def _told(
    by_kind: dict[str, dict[Outcome, int]],
    lost: Sequence[tuple[Done, Loss]],
    gone: Sequence[Done],
    *,
    dry_run: bool,
) -> Iterator[RenderableType]:
    figures = [(kind, *(f"{each:,}" for each in told.values())) for kind, told in by_kind.items()]
    yield table("", "#COPIED", "#UPDATED", "#UNCHANGED", "#LEFT OUT", rows=figures)
    if lost:
        rows = [(each.item.kind, each.item.label, MEANINGS[loss]) for each, loss in lost]
        yield table("KIND", "WHICH", "WHAT IT LACKS", rows=rows)
    if gone:
        names = ", ".join(each.item.label for each in gone)
        yield Text(f"No longer there, and kept here: {names}")
    if dry_run:
        yield Text("A dry run: nothing was written.")
