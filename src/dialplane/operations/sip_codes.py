"""How a refusal sounds in SIP; one table for the edge, which says it, and for the API."""

from collections.abc import Mapping
from typing import Final

from dialplane.domain.routing import Refusal

SIP_CODES: Final[Mapping[Refusal, tuple[int, str]]] = {
    Refusal.SOURCE_NOT_ALLOWED: (403, "Forbidden"),
    Refusal.DIGEST_FAILED: (403, "Forbidden"),
    Refusal.NUMBER_UNKNOWN: (404, "Not Found"),
    Refusal.NOT_ACTIVE_YET: (480, "Temporarily Unavailable"),
    Refusal.EXPIRED: (410, "Gone"),
    Refusal.NO_AGENT_MAPPED: (480, "Temporarily Unavailable"),
    Refusal.AGENT_MISSING: (480, "Temporarily Unavailable"),
    Refusal.RUNTIME_UNREACHABLE: (503, "Service Unavailable"),
    Refusal.LIMIT_REACHED: (486, "Busy Here"),
}
