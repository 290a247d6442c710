"""`dialplane carrier`: who brings the calls of bought numbers, for all organizations."""

from pathlib import Path
from typing import Annotated

import typer

from dialplane.cli.commands import command, group
from dialplane.cli.known_settings import settings_in
from dialplane.cli.opening import now, opened
from dialplane.cli.passwords import password_in
from dialplane.cli.terminal import Report, facts_table, remark, table
from dialplane.domain.carriers import Carrier
from dialplane.domain.runtimes import HIGHEST_PRIORITY, HIGHEST_WEIGHT
from dialplane.foundations import secret_box_of
from dialplane.operations import carriers as operations
from dialplane.operations.carriers import NewCarrier
from dialplane.operations.numbers import NumberPolicy
from dialplane.store import carriers
from dialplane.store.secret_box import FOR_SIP

NAME_MOST_CHARS = 100

app = group("Carriers: they bring the calls of bought numbers and carry those that go out.")


NameArgument = Annotated[str, typer.Argument(help="How you call it.")]
AddressArgument = Annotated[str, typer.Argument(help="Like sip:sip.carrier.example:5060.")]
NetworkOption = Annotated[
    list[str] | None,
    typer.Option(help="Calls come from here besides the address; repeat it for several."),
]
OrderOption = Annotated[
    tuple[int, int],
    typer.Option(
        metavar="PRIORITY WEIGHT",
        help="The lowest priority goes first, within one by the share of the weight.",
    ),
]
LoginOption = Annotated[
    tuple[str, Path] | None,
    typer.Option(metavar="USERNAME FILE", help="For challenges; the password is in the file."),
]


@command(app, "add")
def add(
    name: NameArgument,
    address: AddressArgument,
    *,
    network: NetworkOption = None,
    order: OrderOption = (0, 100),
    login: LoginOption = None,
) -> Report:
    """Take calls of bought numbers from a carrier and send it theirs."""
    if not 0 < len(name.strip()) <= NAME_MOST_CHARS:
        raise typer.BadParameter(f"the name needs 1 to {NAME_MOST_CHARS} characters.")
    priority, weight = _within_limits(order)
    settings = settings_in()
    password = None if login is None else password_in(login[1])
    box = secret_box_of(settings)
    asked = NewCarrier(
        name=name.strip(),
        address=address,
        networks=network or (),
        priority=priority,
        weight=weight,
        auth_username=None if login is None else login[0],
        sealed_password=None if password is None else box.seal(password, FOR_SIP),
    )
    policy = NumberPolicy(allow_private_sip=settings.allow_private_sip)
    with opened(settings) as database, database.writing() as db:
        made = operations.add(db, asked, policy=policy, now=now())
    return Report(facts={"carrier": told(made)}, told=[facts_table(told(made))])


def _within_limits(order: tuple[int, int]) -> tuple[int, int]:
    priority, weight = order
    if not (0 <= priority <= HIGHEST_PRIORITY and 0 <= weight <= HIGHEST_WEIGHT):
        raise typer.BadParameter(
            f"--order is a priority from 0 to {HIGHEST_PRIORITY}"
            f" and a weight from 0 to {HIGHEST_WEIGHT}."
        )
    return order


@command(app, "list")
def list_() -> Report:
    """List carriers in the order in which calls go out over them; never their passwords."""
    with opened() as database, database.reading() as db:
        found = carriers.list_all(db)
    if not found:
        remark("No carriers: bought numbers cannot be called. Next: dialplane carrier add")
    rows = [
        (
            each.name,
            each.address,
            " ".join(map(str, each.networks)),
            each.priority,
            each.weight,
            each.auth_username,
        )
        for each in found
    ]
    columns = ("NAME", "ADDRESS", "NETWORKS", "#PRIORITY", "#WEIGHT", "LOGIN")
    return Report(
        facts={"carriers": [told(each) for each in found]},
        told=[table(*columns, rows=rows)] if found else [],
    )


@command(app, "remove")
def remove(name: Annotated[str, typer.Argument(help="See `dialplane carrier list`.")]) -> Report:
    """Take no more calls from a carrier; calls that run are left alone."""
    with opened() as database, database.writing() as db:
        operations.remove(db, name, now=now())
    return Report(facts={"removed": name}, told=[f"Removed {name}."])


def told(carrier: Carrier) -> dict[str, object]:
    return {
        "id": carrier.id,
        "name": carrier.name,
        "address": carrier.address,
        "networks": [str(network) for network in carrier.networks],
        "priority": carrier.priority,
        "weight": carrier.weight,
        "auth_username": carrier.auth_username,
        "created_at": carrier.created_at,
    }
