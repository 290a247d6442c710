"""`dialplane key`: API keys of organizations; a token is told once, on stdout and nowhere else."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

import typer
from rich.text import Text

from dialplane.cli import org
from dialplane.cli.commands import command, group
from dialplane.cli.durations import span
from dialplane.cli.faults import Refused
from dialplane.cli.opening import now, opened, operator
from dialplane.cli.terminal import Report, facts_table, instant, remark, table
from dialplane.domain.callers import Mode, Scope
from dialplane.domain.errors import NotFound
from dialplane.domain.keys import OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS, ApiKey, NewKey
from dialplane.domain.organizations import Organization
from dialplane.domain.values import KeyId, Millis
from dialplane.operations import keys as operations
from dialplane.operations.keys import Rotation
from dialplane.store import keys, organizations
from dialplane.store.database import Reader
from dialplane.store.pages import PageRequest

PAGE = 200
NAME_MOST_CHARS = 100

app = group("API keys of organizations.")

KeyIdArgument = Annotated[str, typer.Argument(metavar="ID", help="See `dialplane key list`.")]
OrgOption = Annotated[str, typer.Option("--org", metavar="ID_OR_NAME", help="Whose key it is.")]


@command(app, "create")
def create(
    org_: OrgOption,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")] = "default",
    scope: Annotated[
        list[Scope] | None, typer.Option(help="Repeat it for several; read and write if left out.")
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="A key to the organization's sandbox.")
    ] = False,
    expires_in: Annotated[
        Millis | None, typer.Option(parser=span, metavar="30d", help="How long it works.")
    ] = None,
) -> Report:
    """Make a key and print its token, this once."""
    if not 0 < len(name.strip()) <= NAME_MOST_CHARS:
        raise typer.BadParameter(f"the name needs 1 to {NAME_MOST_CHARS} characters.")
    at = now()
    new = NewKey(
        name=name.strip(),
        mode=Mode.TEST if test else Mode.LIVE,
        scopes=frozenset(scope or (Scope.READ, Scope.WRITE)),
        expires_at=None if expires_in is None else at + expires_in,
    )
    with opened() as database, database.writing() as db:
        owner = org.find(db, org_)
        key, token = operations.create(db, owner.id, new, operator(at))
    return _with_token(owner, key, token)


@command(app, "list")
def list_(
    *,
    org_: Annotated[
        str | None, typer.Option("--org", metavar="ID_OR_NAME", help="Only this organization's.")
    ] = None,
) -> Report:
    """List keys, those of sandboxes too; never their tokens."""
    at = now()
    with opened() as database, database.reading() as db:
        owners = organizations.list_live(db) if org_ is None else [org.find(db, org_)]
        found = [(owner, key) for owner in owners for key in _every(db, owner)]
    rows = [
        (key.id, owner.name, key.name, key.prefix + "…", _scopes(key), _state(key, at))
        for owner, key in found
    ]
    return Report(
        facts={"keys": [told(owner, key) for owner, key in found]},
        told=[table("ID", "ORGANIZATION", "NAME", "TOKEN", "SCOPES", "STATE", rows=rows)],
    )


@command(app, "revoke")
def revoke(key_id: KeyIdArgument) -> Report:
    """End a key: the next request with it is refused."""
    with opened() as database, database.writing() as db:
        owner = _owner(db, key_id)
        key = operations.revoke(db, owner.id, KeyId(key_id), operator())
    return Report(
        facts={"key": told(owner, key)},
        told=[facts_table({"id": key.id, "name": key.name, "revoked": instant(key.revoked_at)})],
    )


@command(app, "rotate")
def rotate(
    key_id: KeyIdArgument,
    *,
    overlap: Annotated[
        Millis,
        typer.Option(
            parser=span, metavar="24h", show_default="24h", help="How long the old one still works."
        ),
    ] = OVERLAP_DEFAULT_MS,
) -> Report:
    """Make a key like this one, which itself works on for a while; print the new token."""
    if overlap > OVERLAP_MAX_MS:
        raise typer.BadParameter("--overlap is at most 30d.")
    with opened() as database, database.writing() as db:
        owner = _owner(db, key_id)
        rotation = Rotation(key_id=KeyId(key_id), overlap_ms=overlap)
        key, token = operations.rotate(db, owner.id, rotation, operator())
        old = keys.get(db, owner.id, KeyId(key_id))
    remark(f"The old key {old.prefix}… works until {instant(old.expires_at)}.")
    return _with_token(owner, key, token)


def told(owner: Organization, key: ApiKey) -> dict[str, object]:
    """A key as programs hear of it: like GET /x/v1/keys, and whose it is."""
    return {
        "id": key.id,
        "organization_id": owner.id,
        "name": key.name,
        "mode": key.mode.value,
        "scopes": sorted(key.scopes),
        "prefix": key.prefix,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _with_token(owner: Organization, key: ApiKey, token: str) -> Report:
    facts = {
        "id": key.id,
        "organization": owner.name,
        "name": key.name,
        "mode": key.mode.value,
        "scopes": _scopes(key),
        "expires": "never" if key.expires_at is None else instant(key.expires_at),
    }
    remark(Text("Keep the token now: only its hash is stored, it cannot be shown again.", "yellow"))
    return Report(
        facts={"key": told(owner, key), "token": token},
        told=[facts_table(facts | {"token": token})],
    )


def _owner(db: Reader, key_id: str) -> Organization:
    for owner in organizations.list_live(db):
        with suppress(NotFound):
            keys.get(db, owner.id, KeyId(key_id))
            return owner
    raise Refused(f"There is no key {key_id!r}.", "See `dialplane key list`.", "NOT_FOUND")


def _every(db: Reader, owner: Organization) -> Iterator[ApiKey]:
    request = PageRequest(limit=PAGE, descending=True)
    while True:
        page = keys.list_page(db, owner.id, request)
        yield from page.items
        if page.next is None:
            return
        request = PageRequest(limit=PAGE, descending=True, after=page.next)


def _scopes(key: ApiKey) -> str:
    return " ".join(scope for scope in Scope if scope in key.scopes)


def _state(key: ApiKey, now: Millis) -> str:
    if key.revoked_at is not None:
        return f"revoked {instant(key.revoked_at)}"
    if key.expires_at is None:
        return key.mode
    word = "until" if key.expires_at > now else "expired"
    return f"{key.mode}, {word} {instant(key.expires_at)}"
