"""From what the API refused to what the user can do about it."""

from collections.abc import Callable, Mapping
from typing import Final

from dialplane.cli.faults import Refused
from dialplane.client import errors

_NEXT: Final[Mapping[str, str]] = {
    "UNAUTHORIZED": "Run `dialplane login` with a key that works.",
    "NUMBER_UNAVAILABLE": "See `dialplane lines search` for lines that can be bought.",
    "NUMBER_EXPIRED": "See `dialplane numbers list` for numbers in service.",
    "CANCELLATION_NOT_PENDING": "`dialplane numbers show` tells what has become of it.",
    "REVISION_CONFLICT": "Somebody else has changed it meanwhile: look at it, and try again.",
    "SANDBOX_ONLY": "Only a test key can do this: `dialplane keys create NAME --test`.",
    "NOT_FOUND": "See the `list` of its kind; a key sees what its organization has.",
    "INTERNAL_ERROR": "Tell the operator of the server the request id.",
    "UNAVAILABLE": "Try again in a moment; `dialplane status` tells how the server is doing.",
    "IDEMPOTENCY_IN_PROGRESS": "It is being worked on; try again in a moment.",
}


def explained(error: Exception) -> Refused | None:
    if isinstance(error, errors.ApiError):
        return _refusal(error)
    if isinstance(error, errors.NoAnswer):
        return Refused(
            f"The API does not answer: {error}",
            "`dialplane whoami` names its address; is the server running, and is that right?",
            "NO_ANSWER",
        )
    if isinstance(error, errors.DialplaneError):
        return Refused(str(error), "Is DIALPLANE_URL the address of Dialplane?", "UNREADABLE")
    return None


def _refusal(error: errors.ApiError) -> Refused:
    code = error.error_code or f"HTTP_{error.http_status}"
    problems = "; ".join(map(str, error.problems))
    message = " ".join(filter(None, [error.message, problems]))
    if isinstance(error, errors.ServerFailed) and error.request_id:
        message += f" (request {error.request_id})"
    by_details = _BY_DETAILS.get(code)
    return Refused(message, by_details(error) if by_details else _NEXT.get(code, ""), code)


def _scope(error: errors.ApiError) -> str:
    return f"It takes a key with the scope {error.details.get('required_scope')}."


def _in_the_way(what: str, fields: str) -> Callable[[errors.ApiError], str]:
    def named(error: errors.ApiError) -> str:
        found = error.details.get(fields) or []
        return f"First take it from these {what}: {' '.join(found)}"

    return named


def _held(error: errors.ApiError) -> str:
    own = error.details.get("organization_telephone_number_id")
    return f"You hold it yourself: dialplane numbers show {own}" if own else ""


def _wait(error: errors.ApiError) -> str:
    return f"Try again in {error.retry_after_s:g} s." if error.retry_after_s else "Try again later."


def _provider(error: errors.ApiError) -> str:
    kind = "bought" if error.details.get("provider") == "vox" else "brought along"
    return f"This number was {kind}, and that is not for such a number."


_BY_DETAILS: Final[Mapping[str, Callable[[errors.ApiError], str]]] = {
    "FORBIDDEN": _scope,
    "AGENT_IN_USE": _in_the_way("numbers", "organization_telephone_number_ids"),
    "RUNTIME_IN_USE": _in_the_way("agents", "agent_ids"),
    "NUMBER_ALREADY_HELD": _held,
    "PROVIDER_MISMATCH": _provider,
    "RATE_LIMITED": _wait,
}
