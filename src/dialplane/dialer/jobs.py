"""What the control plane asks of a dialer, and what it is told; in the words of edge.yaml."""

from collections.abc import Sequence

import msgspec

from dialplane.domain.disconnections import EventReason, Party


class Header(msgspec.Struct, frozen=True):
    name: str
    value: str


class Target(msgspec.Struct, frozen=True):
    """A runtime; `address` is what its name resolved to when the call was taken.

    Whoever listens on TCP or TLS only, or has to be asked for by SRV, is reached `via_edge`.
    """

    target_id: str
    uri: str
    address: str = ""
    via_edge: bool = False


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One call to place; runtimes in the order of trying."""

    call_id: str
    caller: str
    callee: str
    runtimes: Sequence[Target]
    runtime_headers: Sequence[Header] = ()
    ring_timeout_ms: int
    answer_timeout_ms: int
    max_duration_ms: int


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a dialer that asks what there is to do."""

    jobs: Sequence[Job] = ()
    hang_up: Sequence[str] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a call ended, as an event of `/edge/v1/events`."""

    id: str
    type: str
    at: int
    call_id: str
    direction: str
    caller: str
    called: str
    sip_code: int | None = None
    reason: EventReason | None = None
    hung_up_by: Party | None = None
    duration_ms: int | None = None
