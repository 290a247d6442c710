"""Asking an agent's webhook about a call before it is answered: what the call is about.

Whatever goes wrong, the call goes on without an answer: a customer's server that is slow or down
must not cost them the call.
"""

import time
from typing import Any, Final

import msgspec

from dialplane.domain.call_messages import call_signature
from dialplane.domain.calls import CallId
from dialplane.first_use import ready
from dialplane.hooks.client import HookClient, Letter, Unreachable
from dialplane.logs import log
from dialplane.operations import call_variables
from dialplane.operations.call_messages import signing_key
from dialplane.operations.routing import Granted
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

# The edge waits a second for its answer; routing itself needs a few milliseconds of it.
TIMEOUT_S: Final = 0.6


class _Told(msgspec.Struct):
    dynamic_variables: dict[str, Any] = msgspec.field(default_factory=dict)
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)


class _Reply(msgspec.Struct):
    call_inbound: _Told = msgspec.field(default_factory=_Told)


class InboundWebhooks:
    def __init__(self, database: Database, box: SecretBox, *, allow_private: bool) -> None:
        self._database = database
        self._box = box
        self._http = HookClient(timeout_s=TIMEOUT_S, allow_private=allow_private)

    def ask(self, granted: Granted, *, from_number: str, to_number: str) -> None:
        """Ask the webhook of the agent that takes the call, and keep what it says of it."""
        settings = granted.webhooks
        url = settings.get("inboundCallWebhookUrl")
        if not url:
            return
        numbers = {"from_number": from_number, "to_number": to_number}
        body = msgspec.json.encode({"event": "call_inbound", "call_inbound": numbers})
        headers: dict[str, str] = {}
        if settings.get("inboundCallWebhookSigningEnabled"):
            key = signing_key(self._box, granted.routed.organization_id)
            headers = call_signature(key, body, int(time.time()))
        told = self._answer(granted.call_id, Letter(url, body, headers))
        if told is not None:
            call_variables.keep(
                self._database,
                granted.call_id,
                dynamic_variables=told.dynamic_variables,
                metadata=told.metadata,
            )

    def _answer(self, call_id: CallId, letter: Letter) -> _Told | None:
        try:
            reply = self._http.post(letter)
            told = msgspec.json.decode(reply.body, type=ready(_Reply)).call_inbound
        except (Unreachable, msgspec.MsgspecError, UnicodeDecodeError) as failure:
            log.warning("inbound webhook", call_id=call_id, failure=type(failure).__name__)
            return None
        return told if reply.accepted else None
