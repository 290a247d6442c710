"""API keys over HTTP, for keys of scope `admin`."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dialplane.api.lists import ListQuery, ListRequest
from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.api.shapes import Instant, Shape
from dialplane.domain.callers import Caller, Mode, Scope
from dialplane.domain.errors import FieldProblem
from dialplane.domain.journal import Actor, ActorKind, Author
from dialplane.domain.keys import OVERLAP_DEFAULT_MS, OVERLAP_MAX_MS, ApiKey, NewKey
from dialplane.domain.values import KeyId
from dialplane.operations import keys as operations
from dialplane.operations.changes import Answer
from dialplane.operations.keys import Rotation
from dialplane.store import keys as store


class NewKeyBody(Shape):
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: [Scope.READ, Scope.WRITE]
    )
    mode: Mode | UnsetType = UNSET
    expires_at: Instant | None = None

    def broken_rules(self) -> Iterator[FieldProblem]:
        if len(set(self.scopes)) < len(self.scopes):
            yield FieldProblem("scopes", "repeated_value")

    def to_new_key(self, caller: Caller) -> NewKey:
        return NewKey(
            name=self.name,
            mode=caller.mode if self.mode is UNSET else self.mode,
            scopes=frozenset(self.scopes),
            expires_at=self.expires_at,
        )


class RotationBody(Shape):
    overlap_ms: Annotated[int, Meta(ge=0, le=OVERLAP_MAX_MS)] = OVERLAP_DEFAULT_MS


def _body_of(key: ApiKey) -> dict[str, object]:
    return key.told() | {
        "prefix": key.prefix,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
    }


def _shown_once(made: tuple[ApiKey, str]) -> Answer:
    key, token = made
    return answer(_body_of(key) | {"token": token})


class KeyResource(Resource):
    def _author(self, request: Request) -> Author:
        """The caller, by the real clock: keys live by it in the sandbox too."""
        actor = Actor(kind=ActorKind.KEY, key_id=request.caller.key_id)
        return Author(actor=actor, at=self.parts.clock(), request_id=request.caller.request_id)


class Keys(KeyResource):
    @operation(Scope.ADMIN, ListQuery)
    def on_get(self, request: Request) -> Answer:
        listing = ListRequest("keys", request.query(ListQuery), request.caller, self.parts.cursors)
        with self.parts.database.snapshot() as db:
            page = store.list_page(db, request.caller.organization_id, listing.page)
        return listing.answer(page, _body_of)

    @operation(Scope.ADMIN)
    def on_post(self, request: Request) -> Answer:
        organization_id, author = request.caller.organization_id, self._author(request)
        new = request.body(NewKeyBody).to_new_key(request.caller)
        return request.change(
            lambda db: _shown_once(operations.create(db, organization_id, new, author))
        )


class Key(KeyResource):
    @operation(Scope.ADMIN)
    def on_get(self, request: Request, key_id: str) -> Answer:
        wanted = KeyId(request.path_id("key_id", key_id))
        with self.parts.database.reading() as db:
            return answer(_body_of(store.get(db, request.caller.organization_id, wanted)))

    @operation(Scope.ADMIN)
    def on_delete(self, request: Request, key_id: str) -> Answer:
        organization_id, author = request.caller.organization_id, self._author(request)
        wanted = KeyId(request.path_id("key_id", key_id))
        return request.change(
            lambda db: answer(_body_of(operations.revoke(db, organization_id, wanted, author)))
        )


class KeyRotation(KeyResource):
    @operation(Scope.ADMIN)
    def on_post(self, request: Request, key_id: str) -> Answer:
        organization_id, author = request.caller.organization_id, self._author(request)
        wanted = KeyId(request.path_id("key_id", key_id))
        overlap_ms = request.body_or_default(RotationBody).overlap_ms
        rotation = Rotation(key_id=wanted, overlap_ms=overlap_ms)
        return request.change(
            lambda db: _shown_once(operations.rotate(db, organization_id, rotation, author))
        )
