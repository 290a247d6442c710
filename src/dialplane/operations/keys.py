"""API keys: made, rotated and revoked. Keys live by the real clock, in the sandbox too."""

from collections.abc import Iterable
from hashlib import sha256

from dialplane.domain.callers import Mode
from dialplane.domain.errors import Invalid
from dialplane.domain.frozen import dataclass
from dialplane.domain.journal import Author, Change, Happening
from dialplane.domain.keys import PREFIXES, ApiKey, NewKey
from dialplane.domain.organizations import Organization
from dialplane.domain.values import KeyId, Millis, OrganizationId
from dialplane.operations import journal
from dialplane.operations.ids import new_id, new_token
from dialplane.operations.organizations import sandbox_of
from dialplane.operations.transactions import in_transaction
from dialplane.store import keys, organizations
from dialplane.store.database import Database, Writer

_SHOWN_CHARS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Which key is replaced, and how much longer it works, in milliseconds."""

    key_id: KeyId
    overlap_ms: Millis


def hashed(token: str) -> str:
    """What is kept of a token. A plain hash will do: 256 random bits cannot be guessed."""
    return sha256(token.encode()).hexdigest()


def create(
    db: Writer, organization_id: OrganizationId, new: NewKey, author: Author
) -> tuple[ApiKey, str]:
    """Make a key; the token comes back this once. The first test key opens the sandbox.

    What is done to keys is entered for the organization it is done by: a live one has those of its
    sandbox in its journal.

    Raises:
        NotFound: there is no such organization.
        Invalid: a live key asked for from within the sandbox, or one that has expired already.
    """
    if new.expires_at is not None and new.expires_at <= author.at:
        raise Invalid.one("expires_at", "in_the_past")
    owner = _owner(db, organization_id, new.mode, now=author.at)
    key, token = _add(db, owner, new, now=author.at)
    _enter(db, organization_id, author, _Turn(Happening.KEY_CREATED, None, key))
    return key, token


def revoke(db: Writer, organization_id: OrganizationId, key_id: KeyId, author: Author) -> ApiKey:
    """End a key with the next request; repeated it changes nothing.

    Raises:
        NotFound.
    """
    key = keys.get_locked(db, organization_id, key_id)
    if key.revoked_at is not None:
        return key
    revoked = keys.save(db, key.revoke(now=author.at))
    _enter(db, organization_id, author, _Turn(Happening.KEY_REVOKED, key, revoked))
    return revoked


def rotate(
    db: Writer, organization_id: OrganizationId, rotation: Rotation, author: Author
) -> tuple[ApiKey, str]:
    """Make a key like this one, which itself works on for a while.

    Raises:
        NotFound, KeyInactive.
    """
    old = keys.get_locked(db, organization_id, rotation.key_id)
    old.require_working(author.at)
    retired = keys.save(db, old.retire(at=author.at + rotation.overlap_ms))
    _enter(db, organization_id, author, _Turn(Happening.KEY_ROTATED, old, retired))
    like_old = NewKey(name=old.name, mode=old.mode, scopes=old.scopes, expires_at=old.expires_at)
    key, token = _add(db, organizations.get(db, old.organization_id), like_old, now=author.at)
    _enter(db, organization_id, author, _Turn(Happening.KEY_CREATED, None, key))
    return key, token


def note_uses(database: Database, key_ids: Iterable[KeyId], *, now: Millis) -> None:
    """Note that keys were used; beside the requests, in a transaction of its own."""
    in_transaction(database.writing, lambda db: keys.note_uses(db, key_ids, now=now))


def _owner(db: Writer, organization_id: OrganizationId, mode: Mode, *, now: Millis) -> Organization:
    if mode is Mode.TEST:
        return sandbox_of(db, organization_id, now=now)
    organization = organizations.get(db, organization_id)
    if organization.mode is Mode.TEST:
        raise Invalid.one("mode", "live_from_sandbox")
    return organization


def _add(db: Writer, owner: Organization, new: NewKey, *, now: Millis) -> tuple[ApiKey, str]:
    prefix = PREFIXES[new.mode]
    token = new_token(prefix)
    key = ApiKey(
        id=KeyId(new_id(now)),
        organization_id=owner.id,
        name=new.name,
        mode=new.mode,
        scopes=new.scopes,
        prefix=token[: len(prefix) + _SHOWN_CHARS],
        created_at=now,
        expires_at=new.expires_at,
    )
    return keys.add(db, key, hashed=hashed(token)), token


@dataclass(frozen=True, slots=True)
class _Turn:
    """What happened to a key: as it was, and as it is."""

    happening: Happening
    before: ApiKey | None
    after: ApiKey


def _enter(db: Writer, organization_id: OrganizationId, author: Author, turn: _Turn) -> None:
    change = Change(
        happening=turn.happening,
        resource_id=turn.after.id,
        before=None if turn.before is None else turn.before.told(),
        after=turn.after.told(),
    )
    journal.enter_by(db, organization_id, author, change)
