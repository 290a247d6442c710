"""API keys, and the clock of the sandbox."""

from collections.abc import Sequence
from typing import Final, Literal, Unpack

from dialplane.client.grouping import Group, Listing, M, Operation
from dialplane.client.groups.filters import Sorted
from dialplane.client.models.keys import Key, KeyWithToken, TestClock, WhoAmI
from dialplane.client.models.model import Page
from dialplane.client.wire import Call, Instant, Reading, Writing, at, delete, get, post

KEY: Final = "/x/v1/keys/{key_id}"

Scope = Literal["read", "write", "admin"]


class NewKey(Writing, total=False):
    scopes: Sequence[Scope]
    mode: Literal["live", "test"]
    expires_at: Instant | None


class Rotation(Writing, total=False):
    """`overlap_ms` is how long the old key still works."""

    overlap_ms: int


class Advance(Writing, total=False):
    """Exactly one: how far, or where to."""

    by_ms: int
    to: Instant


class Keys(Group[M]):
    """The organization's API keys."""

    @Listing
    def list(self, **filters: Unpack[Sorted]) -> Call[Page[Key]]:
        return get(Page[Key], at("/x/v1/keys"), filters)

    @Operation
    def get(self, key_id: str, **options: Unpack[Reading]) -> Call[Key]:
        return get(Key, at(KEY, key_id), options)

    @Operation
    def whoami(self, **options: Unpack[Reading]) -> Call[WhoAmI]:
        """Whose key this client has."""
        return get(WhoAmI, at("/x/v1/whoami"), options)

    @Operation
    def create(self, name: str, **fields: Unpack[NewKey]) -> Call[KeyWithToken]:
        """The token is in this answer only."""
        return post(KeyWithToken, at("/x/v1/keys"), {"name": name, **fields})

    @Operation
    def rotate(self, key_id: str, **fields: Unpack[Rotation]) -> Call[KeyWithToken]:
        """Make a key like this one, which itself works on for a while."""
        return post(KeyWithToken, at(f"{KEY}/rotate", key_id), fields)

    @Operation
    def revoke(self, key_id: str, **options: Unpack[Writing]) -> Call[Key]:
        """The next request with it is refused."""
        return delete(Key, at(KEY, key_id), options)


class Clock(Group[M]):
    """Of the sandbox: only test keys have one."""

    @Operation
    def get(self, **options: Unpack[Reading]) -> Call[TestClock]:
        return get(TestClock, at("/x/v1/test-clock"), options)

    @Operation
    def advance(self, **fields: Unpack[Advance]) -> Call[TestClock]:
        """Let time pass, and everything that comes with it."""
        return post(TestClock, at("/x/v1/test-clock/advance"), fields)
