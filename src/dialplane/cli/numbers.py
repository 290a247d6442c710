"""`dialplane numbers`: the numbers you hold, over the API."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dialplane.cli import (
    number_buying,
    number_purchases,
    number_routing,
    number_sheets,
    number_tail,
)
from dialplane.cli.asking import (
    DryRun,
    Limit,
    NumberArgument,
    asked,
    gathered,
    trying,
)
from dialplane.cli.commands import command, group
from dialplane.cli.finding import EVERY_STATUS, find_number, mapping
from dialplane.cli.passwords import password_in
from dialplane.cli.showing import done, listed, who, whole
from dialplane.cli.terminal import Report, instant, json_wanted
from dialplane.client import OMIT, Dialplane
from dialplane.client.models.numbers import Number
from dialplane.domain.numbers import Status

app = group("Numbers you hold: bought or brought along, who answers them, how they end.")

Login = Annotated[
    tuple[str, Path] | None,
    typer.Option(
        metavar="USER FILE", help="To log in with; the file holds the password, - is stdin."
    ),
]


@command(app, "list")
def list_(
    *,
    status: Annotated[list[Status] | None, typer.Option(help="Only these; repeat it.")] = None,
    every: Annotated[bool, typer.Option("--every", help="Those that have ended, too.")] = False,
    search: Annotated[
        str | None, typer.Option(help="Part of a number, in any spelling, or of a memo.")
    ] = None,
    limit: Limit = 50,
) -> Report:
    """List numbers, newest first: those in service and those to come."""
    wanted: Any = status or (EVERY_STATUS if every else EVERY_STATUS[:-1])
    with asked() as client:
        found = _found(client, search, wanted, limit)
        names = _names_of_agents(client, found[0])
    columns = ("NUMBER", "STATUS", "#FEE", "ANSWERED BY", "ENDS", "MEMO", "ID")
    return listed(
        found,
        columns,
        lambda each: _row(each, names),
        none="You hold no number. Next: dialplane lines search",
    )


def _found(
    client: Dialplane, search: str | None, wanted: Any, limit: int
) -> tuple[Sequence[Number], int | None]:
    page = min(limit, 100)
    if search is None:
        return gathered(client.numbers.list(status=wanted, limit=page), limit)
    return gathered(client.numbers.search(q=search, status=wanted, limit=page), limit)


def _row(each: Number, names: dict[str, str]) -> tuple[object, ...]:
    fee = "-" if each.monthly_fee is None else f"{each.monthly_fee:,}"
    answered = who(each.inbound_agent, names)
    return each.number, each.status, fee, answered, instant(each.end_at), each.memo, each.id


def _names_of_agents(client: Dialplane, found: Sequence[Number]) -> dict[str, str]:
    """For people; programs get ids."""
    if json_wanted() or not any(number.inbound_agent for number in found):
        return {}
    return {agent.agent_id: agent.name for agent in client.agents.list(limit=100)}


@command(app, "show")
def show(number: NumberArgument) -> Report:
    """Tell everything about a number."""
    with asked() as client:
        return whole(find_number(client, number))


@command(app, "register")
def register(
    number: Annotated[str, typer.Argument(help="Domestic digits, without hyphens.")],
    address: Annotated[str, typer.Argument(help="The SIP trunk that brings it.")],
    *,
    login: Login = None,
    memo: Annotated[str | None, typer.Option(help="A note.")] = None,
    dry_run: DryRun = False,
) -> Report:
    """Bring a number of your own, over your own SIP trunk; this costs nothing."""
    with asked() as client:
        operations = trying(client, dry_run=dry_run)
        return done(operations.numbers.register(number, address, memo=memo, **_credentials(login)))


@command(app, "note")
def note(
    number: NumberArgument,
    memo: Annotated[str, typer.Argument(help="The note; an empty one takes it away.")],
    *,
    dry_run: DryRun = False,
) -> Report:
    """Write a memo."""
    with asked() as client:
        found = find_number(client, number)
        operations = trying(client, dry_run=dry_run)
        return done(operations.numbers.update(found.id, memo=memo or None))


@command(app, "map")
def map_(
    number: NumberArgument,
    *,
    inbound: Annotated[
        str | None, typer.Option(metavar="AGENT[@VERSION]", help="Who answers; none for nobody.")
    ] = None,
    outbound: Annotated[
        str | None, typer.Option(metavar="AGENT[@VERSION]", help="Who calls; none for nobody.")
    ] = None,
    dry_run: DryRun = False,
) -> Report:
    """Say who answers and who calls out; VERSION is current, production or v3."""
    if inbound is None and outbound is None:
        raise typer.BadParameter("say --inbound, --outbound or both.")
    with asked() as client:
        found = find_number(client, number)
        operations = trying(client, dry_run=dry_run)
        changed = operations.numbers.map(
            found.id,
            inbound_agent=OMIT if inbound is None else mapping(client, inbound),
            outbound_agent=OMIT if outbound is None else mapping(client, outbound),
        )
    return done(changed)


@command(app, "sip")
def sip(
    number: NumberArgument,
    *,
    address: Annotated[
        str | None, typer.Option(help="Where the trunk is; none takes it away.")
    ] = None,
    login: Login = None,
    no_login: Annotated[bool, typer.Option("--no-login", help="Take the login away.")] = False,
    dry_run: DryRun = False,
) -> Report:
    """Change the trunk of a number of your own; the password comes along with any change."""
    changes = _credentials(login) | ({"auth_username": None} if no_login else {})
    if address is not None:
        changes["address"] = None if address == "none" else address
    if not changes:
        raise typer.BadParameter("say --address, --login or --no-login.")
    with asked() as client:
        found = find_number(client, number)
        return done(trying(client, dry_run=dry_run).numbers.set_sip(found.id, **changes))


def _credentials(login: tuple[str, Path] | None) -> dict[str, str | None]:
    if login is None:
        return {}
    return {"auth_username": login[0], "auth_password": password_in(login[1])}


number_buying.add_to(app)
number_routing.add_to(app)
number_tail.add_to(app)
number_sheets.add_to(app)
number_purchases.add_to(app)
