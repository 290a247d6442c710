"""The server itself; nothing here needs a key."""

from typing import Any, Unpack

from dialplane.client.grouping import Group, M, Operation
from dialplane.client.models.server import Health, Readiness
from dialplane.client.wire import Call, Reading, at, get

NOT_READY = 503


class Server(Group[M]):
    """How it is doing, and what it says of itself."""

    @Operation
    def health(self, **options: Unpack[Reading]) -> Call[Health]:
        return get(Health, at("/healthz"), options)

    @Operation
    def readiness(self, **options: Unpack[Reading]) -> Call[Readiness]:
        """Whether it can work; `not_ready` is an answer like the other."""
        return get(Readiness, at("/readyz"), options, accepts=(NOT_READY,))

    @Operation
    def openapi(self, **options: Unpack[Reading]) -> Call[dict[str, Any]]:
        """The contract."""
        return get(dict[str, Any], at("/openapi.json"), options)

    @Operation
    def docs(self, **options: Unpack[Reading]) -> Call[str]:
        """The page that lists every operation, as HTML."""
        return get(str, at("/docs"), options)

    @Operation
    def llms_txt(self, **options: Unpack[Reading]) -> Call[str]:
        """What there is to read, as Markdown."""
        return get(str, at("/llms.txt"), options)

    @Operation
    def metrics(self, **options: Unpack[Reading]) -> Call[str]:
        """Figures for Prometheus."""
        return get(str, at("/metrics"), options)
