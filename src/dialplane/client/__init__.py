"""The Python SDK: everything the API does, typed, waiting or awaited.

>>> from dialplane.client import Dialplane
>>> client = Dialplane(api_key="dp_live_...", base_url="http://127.0.0.1:8080")
>>> client.numbers.get("01927f5e-...").status
'active'
"""

from dialplane.client import errors, webhooks
from dialplane.client.clients import AsyncDialplane, Dialplane
from dialplane.client.errors import ApiError, DialplaneError
from dialplane.client.models.numbers import AgentMapping
from dialplane.client.pages import AsyncPages, Pages
from dialplane.client.retries import Retries
from dialplane.client.wire import OMIT

__all__ = [
    "OMIT",
    "AgentMapping",
    "ApiError",
    "AsyncDialplane",
    "AsyncPages",
    "Dialplane",
    "DialplaneError",
    "Pages",
    "Retries",
    "errors",
    "webhooks",
]
