"""How the server is doing."""

import msgspec

from dialplane.client.models.model import Model


class Health(Model, frozen=True, kw_only=True):
    status: str


class Readiness(Model, frozen=True, kw_only=True):
    """What was looked at, each `ok` or `failing`."""

    status: str
    checks: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return self.status == "ready"
