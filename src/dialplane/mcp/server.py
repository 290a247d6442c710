"""The MCP server: its tools, its pages, and what the assistant is told first."""

import json
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from mcp.server import MCPServer
from mcp.server.mcpserver.resources import FunctionResource

from dialplane.client import AsyncDialplane
from dialplane.mcp import changing, reading
from dialplane.mcp.confirmations import Confirmations
from dialplane.mcp.faults import told
from dialplane.mcp.toolbox import Toolbox

_READING: Final = (
    "Dialplane keeps an organization's telephone numbers: which it holds, which AI agent answers"
    " each, and what its calls do. Numbers are Korean; use them as the user says them. To find out"
    " why a call failed, use list_refusals, then explain_call. Money is whole KRW, instants are"
    " Unix milliseconds. whoami tells whether this is the sandbox."
)
_READ_ONLY: Final = " This server only reads; the user starts it with --allow-changes to change."
_CHANGING: Final = (
    " Buying, giving up and calling ask the user first. If a tool answers with a confirm_token,"
    " show the user its consequence, and call again with the token only after their yes."
)


def server_for(client: AsyncDialplane, *, allow_changes: bool) -> MCPServer[Any]:
    server: MCPServer[Any] = MCPServer(
        "dialplane",
        title="Dialplane",
        instructions=_READING + (_CHANGING if allow_changes else _READ_ONLY),
        version=version("dialplane"),
        log_level="WARNING",
    )
    box = Toolbox(
        server=server,
        client=client,
        confirmations=Confirmations(time.time),
        allow_changes=allow_changes,
    )
    reading.add_to(box)
    if allow_changes:
        changing.add_to(box)
    _add_pages(server)
    _add_contract(server, client)
    return server


def _add_pages(server: MCPServer[Any]) -> None:
    """The documentation that came with this program."""
    for name, page in _pages(files("dialplane") / "docs"):
        text = page.read_text(encoding="utf-8")
        server.add_resource(
            FunctionResource(
                uri=f"dialplane://docs/{name}",
                name=name,
                title=text.partition("\n")[0].lstrip("# ").strip(),
                mime_type="text/markdown",
                fn=page.read_text,
            )
        )


def _pages(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _pages(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".md"):
            yield f"{path}{entry.name}", entry


def _add_contract(server: MCPServer[Any], client: AsyncDialplane) -> None:
    async def contract() -> str:
        async with told():
            return json.dumps(await client.server.openapi(), ensure_ascii=False)

    server.add_resource(
        FunctionResource(
            uri="dialplane://openapi.json",
            name="openapi.json",
            title="The contract of the API",
            mime_type="application/json",
            fn=contract,
        )
    )
