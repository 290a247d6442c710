"""Requests per organization: token buckets, one for each rule, counted by each API process."""

import math
import threading
from collections.abc import Callable

from dialplane.domain.frozen import dataclass
from dialplane.domain.rates import RateRule
from dialplane.domain.values import Millis, OrganizationId

_ORGANIZATIONS_MAX = 20_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How long to wait, in milliseconds (0: go on), and the headers that tell what is left."""

    wait_ms: Millis
    headers: dict[str, str]


_FREE = Verdict(wait_ms=0, headers={})


class Limits:
    """Takes a token per request from each rule's bucket; `clock` only ever goes forward."""

    def __init__(self, rules: tuple[RateRule, ...], clock: Callable[[], Millis]) -> None:
        self._rules = rules
        self._clock = clock
        self._buckets: dict[OrganizationId, list[_Bucket]] = {}
        self._lock = threading.Lock()
        self._policy = ", ".join(f"{rule.requests};w={rule.window_ms // 1000}" for rule in rules)

    def take(self, organization_id: OrganizationId) -> Verdict:
        """Take a token from each bucket, or none at all when one of them is empty."""
        if not self._rules:
            return _FREE
        with self._lock:
            buckets = self._filled(organization_id)
            short = [
                (rule, bucket)
                for rule, bucket in zip(self._rules, buckets, strict=True)
                if bucket.tokens < 1
            ]
            for bucket in () if short else buckets:
                bucket.tokens -= 1
            wait_ms = max((_wait_ms(rule, bucket) for rule, bucket in short), default=0)
            return Verdict(wait_ms=wait_ms, headers=self._headers(buckets))

    def give_back(self, organization_id: OrganizationId) -> None:
        """Put back what was taken for something that is asked once more."""
        with self._lock:
            for bucket in self._buckets.get(organization_id, ()):
                bucket.tokens += 1

    def _filled(self, organization_id: OrganizationId) -> list[_Bucket]:
        now = self._clock()
        if len(self._buckets) > _ORGANIZATIONS_MAX:
            self._buckets.clear()
        buckets = self._buckets.setdefault(
            organization_id, [_Bucket(rule.requests, now) for rule in self._rules]
        )
        for rule, bucket in zip(self._rules, buckets, strict=True):
            gained = (now - bucket.filled_at) * rule.requests / rule.window_ms
            bucket.tokens = min(rule.requests, bucket.tokens + gained)
            bucket.filled_at = now
        return buckets

    def _headers(self, buckets: list[_Bucket]) -> dict[str, str]:
        rule, bucket = min(zip(self._rules, buckets, strict=True), key=lambda pair: pair[1].tokens)
        reset_ms = (rule.requests - bucket.tokens) * rule.window_ms / rule.requests
        return {
            "RateLimit-Limit": str(rule.requests),
            "RateLimit-Remaining": str(int(bucket.tokens)),
            "RateLimit-Reset": str(math.ceil(reset_ms / 1000)),
            "RateLimit-Policy": self._policy,
        }


def _wait_ms(rule: RateRule, bucket: _Bucket) -> Millis:
    return math.ceil((1 - bucket.tokens) * rule.window_ms / rule.requests)
