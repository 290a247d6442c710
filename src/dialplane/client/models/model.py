"""What all answers have in common: they cannot be changed, and know how they came."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


class Http(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer came; empty for what came inside another answer."""

    status: int | None = None
    headers: Mapping[str, str] = {}

    @property
    def request_id(self) -> str | None:
        """What to name when asking the operator about it."""
        return self.headers.get("x-request-id")

    @property
    def etag(self) -> str | None:
        return self.headers.get("etag")

    @property
    def replayed(self) -> bool:
        """Whether this was done before, under the same Idempotency-Key."""
        return self.headers.get("idempotency-replayed") == "true"


_UNKNOWN = Http()


class Model(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Fields it does not know are skipped, so that a newer server can be asked too."""

    @property
    def http(self) -> Http:
        """Status, request id and ETag of the answer this is."""
        found: Http = self.__dict__.get("_http", _UNKNOWN)
        return found

    def came(self, http: Http) -> None:
        self.__dict__["_http"] = http


class Page(Model, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `total_count` counts all of them."""

    items: tuple[T, ...]
    total_count: int | None = None
    next_cursor: str | None = None


class Deleted(Model, frozen=True, kw_only=True):
    id: str
    deleted: bool = True


def hidden(model: msgspec.Struct, *secrets: str) -> str:
    """Its repr without secrets: what is printed by mistake ends up in logs."""
    shown: dict[str, Any] = {
        name: "..." if name in secrets else getattr(model, name) for name in model.__struct_fields__
    }
    fields = ", ".join(f"{name}={value!r}" for name, value in shown.items())
    return f"{type(model).__name__}({fields})"
