"""Serving MCP: over stdio to whoever started it, over HTTP to whoever shows the token."""

import hmac
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from mcp.server import MCPServer
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH: Final = "/mcp"


def over_stdio(server: MCPServer[Any]) -> None:
    """Until stdin ends."""
    server.run("stdio")


def over_http(
    server: MCPServer[Any], *, host: str, port: int, token: str, ready: Callable[[str], None]
) -> None:
    """Until a signal; `ready` is told the address once requests are taken."""
    app = Guarded(server.streamable_http_app(host=host), token)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
    _Announcing(config, ready).run()


class _Announcing(uvicorn.Server):
    """uvicorn knows its port, when that was 0, only once it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._ready(f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}")


class Guarded:
    """Lets nobody through who does not show the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._wanted = app, f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._shown(scope):
            refusal = JSONResponse(
                {"error": "The token of this MCP server is needed."},
                status_code=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _shown(self, scope: Scope) -> bool:
        shown = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(shown, self._wanted)
