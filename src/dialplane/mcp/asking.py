"""Asking the user before something costs money or ends: through the client, or by a token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context, Elicit
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

from dialplane.mcp import results
from dialplane.mcp.confirmations import LASTS_S, Confirmations

Ctx = Context[Any, Any]
Token = Annotated[
    str | None, Field(description="From the answer before, once the user has agreed to it")
]


class Consent(BaseModel):
    """What the user is asked to fill in."""

    agree: bool = Field(description="Do it")


class Unasked(Consent):
    """The client cannot ask its user; the assistant has to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be agreed to: a yes to one thing is no yes to another, or at another price."""

    tool: str
    what: Mapping[str, Any]
    consequence: str

    def asked(
        self, confirmations: Confirmations, token: str | None, ctx: Ctx
    ) -> Elicit[Consent] | Consent:
        if token is not None:
            if confirmations.holds(token, self.tool, self.what):
                return Consent(agree=True)
            raise ToolError(
                "This confirm_token has expired, or stands for something else. Nothing was done;"
                " call again without it, and show the user what comes back."
            )
        capabilities = ctx.client_capabilities
        if capabilities is not None and capabilities.elicitation is not None:
            return Elicit(self.consequence, Consent)
        return Unasked(agree=False)

    def unless_agreed(
        self, confirmations: Confirmations, consent: Consent
    ) -> results.Confirmable | None:
        """What to answer instead of doing it; None when the user has agreed."""
        if consent.agree:
            return None
        if not isinstance(consent, Unasked):
            raise ToolError("The user did not agree. Nothing was done.")
        return results.Confirmable(
            done=False,
            consequence=self.consequence,
            confirm_token=confirmations.token(self.tool, self.what),
            expires_in_s=LASTS_S,
        )
