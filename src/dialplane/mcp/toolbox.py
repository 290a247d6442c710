"""What tools are made with, and the server they are put into."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp_types import ToolAnnotations

from dialplane.client import AsyncDialplane
from dialplane.mcp.confirmations import Confirmations

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    server: MCPServer[Any]
    client: AsyncDialplane
    confirmations: Confirmations
    allow_changes: bool = False

    def tool(self, title: str, annotations: ToolAnnotations) -> Callable[[F], F]:
        """Make a function a tool: its name, docstring and types are what the assistant sees."""

        def added(function: F) -> F:
            self.server.add_tool(function, title=title, annotations=annotations)
            return function

        return added
