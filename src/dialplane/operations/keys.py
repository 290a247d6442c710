"""API keys: made, rotated and revoked. Keys live by the real clock, in the sandbox too."""

from hashlib import sha256

from dialplane.domain.callers import Mode
from dialplane.domain.errors import Invalid
from dialplane.domain.keys import PREFIXES, ApiKey, NewKey
from dialplane.domain.organizations import Organization
from dialplane.domain.values import KeyId, Millis, OrganizationId
from dialplane.operations.ids import new_id, new_token
from dialplane.operations.organizations import sandbox_of
from dialplane.store import keys, organizations
from dialplane.store.database import Database, Writer

_SHOWN_CHARS = 4


def hashed(token: str) -> str:
    """What is kept of a token. A plain hash will do: 256 random bits cannot be guessed."""
    return sha256(token.encode()).hexdigest()


def create(
    db: Writer, organization_id: OrganizationId, new: NewKey, *, now: Millis
) -> tuple[ApiKey, str]:
    """Make a key; the token comes back this once. The first test key opens the sandbox.

    Raises:
        NotFound: there is no such organization.
        Invalid: a live key asked for from within the sandbox, or one that has expired already.
    """
    if new.expires_at is not None and new.expires_at <= now:
        raise Invalid.one("expires_at", "in_the_past")
    return _add(db, _owner(db, organization_id, new.mode, now=now), new, now=now)


def revoke(db: Writer, organization_id: OrganizationId, key_id: KeyId, *, now: Millis) -> ApiKey:
    """End a key with the next request; repeated it changes nothing.

    Raises:
        NotFound.
    """
    return keys.save(db, keys.get_locked(db, organization_id, key_id).revoke(now=now))


def rotate(
    db: Writer, organization_id: OrganizationId, key_id: KeyId, *, overlap_ms: Millis, now: Millis
) -> tuple[ApiKey, str]:
    """Make a key like this one, which itself works for `overlap_ms` more, in milliseconds.

    Raises:
        NotFound, KeyInactive.
    """
    old = keys.get_locked(db, organization_id, key_id)
    old.require_working(now)
    keys.save(db, old.retire(at=now + overlap_ms))
    like_old = NewKey(name=old.name, mode=old.mode, scopes=old.scopes, expires_at=old.expires_at)
    return _add(db, organizations.get(db, old.organization_id), like_old, now=now)


def note_use(database: Database, key_id: KeyId, *, now: Millis) -> None:
    """Note that a key was used; beside the request that used it, in a transaction of its own."""
    with database.writing() as db:
        keys.note_use(db, key_id, now=now)


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
