"""The two clients: `Dialplane` waits for its answers, `AsyncDialplane` is awaited."""

import ssl
from importlib.metadata import version
from typing import Final, Generic, Self, TypedDict, Unpack
from urllib.parse import urlsplit

import httpx

from dialplane.client.exchange import Terms
from dialplane.client.grouping import Async, AsyncTrial, M, Sync, SyncTrial, Transport
from dialplane.client.groups.agents import Agents
from dialplane.client.groups.calls import Calls
from dialplane.client.groups.events import Events, Ledger, Webhooks
from dialplane.client.groups.jobs import Jobs
from dialplane.client.groups.keys import Clock, Keys
from dialplane.client.groups.lines import Lines
from dialplane.client.groups.numbers import Numbers
from dialplane.client.groups.purchases import Purchases
from dialplane.client.groups.routing import Routing
from dialplane.client.groups.runtimes import Runtimes, Trunks
from dialplane.client.groups.server import Server
from dialplane.client.retries import Retries
from dialplane.client.transports import AsyncTransport, SyncTransport, TrialTransport

HERE: Final = "http://127.0.0.1:8080"
VOX: Final = "https://client-api.tryvox.co"

# Speaks /v3 and nothing of ours: as far as is known it takes no notice of an Idempotency-Key.
_WITHOUT_KEYS: Final = ("tryvox.co",)


class Settings(TypedDict, total=False):
    """What a client may be told besides key and address.

    `idempotency_keys`: make a key for every change, so that it can be sent again safely. On by
    itself everywhere but on vox.ai's own host. `language`: of messages, `en` or `ko`.
    """

    timeout_s: float
    retries: Retries
    language: str
    idempotency_keys: bool


class Nouns(Generic[M]):
    """Everything the API can be asked, by noun."""

    def __init__(self, transport: Transport) -> None:
        self.numbers: Numbers[M] = Numbers(transport)
        self.lines: Lines[M] = Lines(transport)
        self.agents: Agents[M] = Agents(transport)
        self.calls: Calls[M] = Calls(transport)
        self.routing: Routing[M] = Routing(transport)
        self.runtimes: Runtimes[M] = Runtimes(transport)
        self.trunks: Trunks[M] = Trunks(transport)
        self.keys: Keys[M] = Keys(transport)
        self.purchases: Purchases[M] = Purchases(transport)
        self.events: Events[M] = Events(transport)
        self.ledger: Ledger[M] = Ledger(transport)
        self.jobs: Jobs[M] = Jobs(transport)
        self.webhooks: Webhooks[M] = Webhooks(transport)
        self.test_clock: Clock[M] = Clock(transport)
        self.server: Server[M] = Server(transport)


class Dialplane(Nouns[Sync]):
    """Speaks with one key; may be shared by threads.

    >>> with Dialplane(api_key="dp_live_...") as client:
    ...     for number in client.numbers.list(status="active"):
    ...         print(number.number)
    """

    def __init__(self, api_key: str, base_url: str = HERE, **settings: Unpack[Settings]) -> None:
        base_url = _address(base_url)
        http = httpx.Client(base_url=base_url, verify=_trust(base_url))
        self._transport = SyncTransport(http, _terms(api_key, base_url, settings))
        super().__init__(self._transport)
        self.base_url = base_url
        self.dry_run = Nouns[SyncTrial](TrialTransport(self._transport))
        """The same operations, which then only tell what they would do."""

    def __repr__(self) -> str:
        return f"<Dialplane of {self.base_url}>"

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncDialplane(Nouns[Async]):
    """Speaks with one key, in one event loop.

    >>> async with AsyncDialplane(api_key="dp_live_...") as client:
    ...     async for number in client.numbers.list(status="active"):
    ...         print(number.number)
    """

    def __init__(self, api_key: str, base_url: str = HERE, **settings: Unpack[Settings]) -> None:
        base_url = _address(base_url)
        http = httpx.AsyncClient(base_url=base_url, verify=_trust(base_url))
        self._transport = AsyncTransport(http, _terms(api_key, base_url, settings))
        super().__init__(self._transport)
        self.base_url = base_url
        self.dry_run = Nouns[AsyncTrial](TrialTransport(self._transport))
        """The same operations, which then only tell what they would do."""

    def __repr__(self) -> str:
        return f"<AsyncDialplane of {self.base_url}>"

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _address(base_url: str) -> str:
    """Where the API begins; vox.ai's documentation writes it with /v3, we without."""
    address = base_url.rstrip("/").removesuffix("/v3")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{base_url!r} is not like {HERE} or {VOX}/v3.")
    return address


def _trust(base_url: str) -> ssl.SSLContext:
    """Reading every authority takes longer than a request; without TLS nobody is asked."""
    if base_url.startswith("https:"):
        return httpx.create_ssl_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _terms(api_key: str, base_url: str, settings: Settings) -> Terms:
    headers = {"user-agent": f"dialplane-python/{version('dialplane')}"}
    if api_key:
        headers["authorization"] = f"Bearer {api_key}"
    if "language" in settings:
        headers["accept-language"] = settings["language"]
    host = urlsplit(base_url).hostname or ""
    foreign = any(host == name or host.endswith("." + name) for name in _WITHOUT_KEYS)
    return Terms(
        headers=headers,
        timeout_s=settings.get("timeout_s", 30.0),
        retries=settings.get("retries", Retries()),
        makes_keys=settings.get("idempotency_keys", not foreign),
    )
