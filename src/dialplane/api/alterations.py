"""PATCH of the memo, the agents or the trunk of one number, done before Falcon.

Key, scope, limits, conditions, request id, log and metrics are those of every request. Whatever is
not plain, a refusal, a dry run or a key to remember the answer by, goes the way of all others.
"""

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from dialplane.api.bodies import read_body, read_plain
from dialplane.api.limits import Limits, Verdict
from dialplane.api.look_up import NUMBERS, ROUTE
from dialplane.api.numbers import Alterable, Number, NumberAgent, NumberSip, number_answer
from dialplane.api.parts import Parts
from dialplane.api.requests import FAILURE, precondition_of, request_id_of
from dialplane.api.shapes import UUID_CHARS, UUID_TEXT
from dialplane.api.short_way import LEFT_TO_THE_LONG_WAY, Teller, Told
from dialplane.domain.callers import Arrival, Scope
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.values import NumberId
from dialplane.operations.numbers import alter_at_once
from dialplane.store.keys import Found
from dialplane.store.number_alterations import Asked

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_ID_ENDS: Final = len(NUMBERS) + UUID_CHARS


class AlterAtOnce:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._teller = Teller(parts)
        self._alterable: dict[str, Alterable] = {
            "": Number(parts),
            "/agent": NumberAgent(parts),
            "/sip": NumberSip(parts),
        }

    def __call__(
        self, env: "WSGIEnvironment", start_response: "StartResponse"
    ) -> list[bytes] | None:
        """The answer with status 200; or None and nothing has happened, or FAILURE tells what."""
        part = _part_in(env)
        if part not in self._alterable:
            return None
        began, now = time.perf_counter(), self._parts.clock()
        request_id = request_id_of(env, now)
        arrival = Arrival(now, request_id, precondition_of(env))
        door = _Door(env, self._parts.limits)
        altered = self._altered(env, self._alterable[part], arrival, door)
        if altered is None or door.admitted is None:
            door.give_back()
            return None
        (caller, last_used_at), verdict = door.admitted
        self._parts.callers.note_use(caller.key_id, last_used_at, now)
        answer = number_answer(altered)
        told = Told(
            "PATCH",
            ROUTE + part,
            request_id,
            began,
            now,
            answer.body,
            (*verdict.headers.items(), ("etag", f'"{answer.tag}"')),
            caller.organization_id,
            caller.key_id,
        )
        return self._teller.tell(told, start_response)

    def _altered(
        self, env: "WSGIEnvironment", alterable: Alterable, arrival: Arrival, door: "_Door"
    ) -> HeldNumber | None:
        with LEFT_TO_THE_LONG_WAY:
            hashed = self._parts.callers.hash_of(env["HTTP_AUTHORIZATION"], arrival)
            raw = read_plain(env, self._parts.slow_senders)
            if raw is None:
                return None
            alteration = alterable.alteration(partial(read_body, raw))
            number_id = NumberId(env["PATH_INFO"][len(NUMBERS) : _ID_ENDS].lower())
            asked = Asked(hashed=hashed, arrival=arrival, number_id=number_id)
            with door:
                return alter_at_once(self._parts.database, asked, alteration, door.admit)
        return None


class _Door:
    """Lets in who may change something and may ask again; keeps why somebody behind it failed."""

    def __init__(self, env: "WSGIEnvironment", limits: Limits) -> None:
        self._env = env
        self._limits = limits
        self.admitted: tuple[Found, Verdict] | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, failure: BaseException | None, __: object) -> bool:
        """What was refused, or was perhaps done, is not tried again: the long way tells of it."""
        if isinstance(failure, Exception):
            self._env[FAILURE] = failure
        return isinstance(failure, Exception)

    def admit(self, found: Found) -> bool:
        if Scope.WRITE not in found.caller.scopes:
            return False
        verdict = self._limits.take(found.caller.organization_id)
        if verdict.wait_ms:
            return False
        self.admitted = found, verdict
        return True

    def give_back(self) -> None:
        """Whoever was let in for nothing is asked for once more."""
        if self.admitted is not None:
            self._limits.give_back(self.admitted[0].caller.organization_id)


def _part_in(env: "WSGIEnvironment") -> str | None:
    """Which part of a number is to be altered, if nothing else is said about how to do it."""
    path: str = env["PATH_INFO"]
    if (
        env["REQUEST_METHOD"] == "PATCH"
        and path.startswith(NUMBERS)
        and UUID_TEXT.fullmatch(path[len(NUMBERS) : _ID_ENDS])
        and not env.get("QUERY_STRING")
        and "HTTP_IDEMPOTENCY_KEY" not in env
    ):
        return path[_ID_ENDS:]
    return None
