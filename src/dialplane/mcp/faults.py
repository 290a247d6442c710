"""Refusals of the API as errors an assistant can act on: what happened, and what to do next."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from mcp.server.mcpserver.exceptions import ToolError

from dialplane.client import errors

_NEXT: Final = {
    "UNAUTHORIZED": "The key of this server does not work any more; the user has to replace it.",
    "FORBIDDEN": "The key of this server may not do this; the user has to give it another one.",
    "NOT_FOUND": "Look it up with the list tool of its kind; ids differ from numbers and names.",
    "NUMBER_UNAVAILABLE": "Call search_lines for lines that can be bought right now.",
    "NUMBER_EXPIRED": "Call list_numbers for numbers in service.",
    "CANCELLATION_NOT_PENDING": "Call get_number to see its status.",
    "PROVIDER_MISMATCH": "That is not for numbers of this provider; get_number tells which it is.",
    "RATE_LIMITED": "Wait, then try again.",
    "UNAVAILABLE": "Try again in a moment.",
}


@asynccontextmanager
async def told() -> AsyncIterator[None]:
    """Turn what the SDK raises into what the assistant is told."""
    try:
        yield
    except errors.ApiError as error:
        raise ToolError(_in_words(error)) from error
    except errors.NoAnswer as error:
        raise ToolError(
            "Dialplane does not answer. Tell the user to look whether it runs; do not repeat a"
            " change before list_events has shown that it did not happen."
        ) from error
    except (errors.DialplaneError, ValueError) as error:
        raise ToolError(str(error)) from error


def _in_words(error: errors.ApiError) -> str:
    parts = [f"{error.error_code or error.http_status}: {error.message}"]
    parts += [str(problem) for problem in error.problems]
    parts.append(_NEXT.get(error.error_code, ""))
    if isinstance(error, errors.ServerFailed) and error.request_id:
        parts.append(f"Request {error.request_id}.")
    return " ".join(filter(None, parts))
