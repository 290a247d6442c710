"""API keys, and the clock of the sandbox."""

from dialplane.client.models.model import Model, hidden


class Key(Model, frozen=True, kw_only=True):
    """A key as it can be recognised; the key itself is told once, when it is made."""

    id: str
    name: str
    mode: str
    scopes: tuple[str, ...]
    prefix: str
    created_at: int | None = None
    expires_at: int | None = None
    last_used_at: int | None = None
    revoked_at: int | None = None


class KeyWithToken(Key, frozen=True, kw_only=True):
    """A new key with its token, which is not printed by `repr`."""

    token: str

    def __repr__(self) -> str:
        return hidden(self, "token")


class KeyAsking(Model, frozen=True, kw_only=True):
    """The key a request came with."""

    id: str
    name: str
    mode: str
    scopes: tuple[str, ...]
    prefix: str
    expires_at: int | None = None


class OrganizationAsking(Model, frozen=True, kw_only=True):
    id: str
    name: str


class WhoAmI(Model, frozen=True, kw_only=True):
    """Whose key this is, and what time it is in that organization."""

    organization: OrganizationAsking
    key: KeyAsking
    now: int


class TestClock(Model, frozen=True, kw_only=True):
    """The instant it is in the sandbox, and how far that is ahead."""

    __test__ = False

    now: int
    offset_ms: int = 0
