"""Errors in HTTP: one table from kind to status, one envelope for all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from dialplane.api.wording import MESSAGES_BY_ERROR_IN_KOREAN, MESSAGES_IN_KOREAN, reason_text
from dialplane.domain.errors import DomainError, Invalid, Kind
from dialplane.domain.languages import Language
from dialplane.operations.changes import Answer

STATUS: Final[Mapping[Kind, HTTPStatus]] = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.WRONG_METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.STALE: HTTPStatus.PRECONDITION_FAILED,
    Kind.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Kind.WRONG_MEDIA: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Kind.BROKEN: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_ENCODER = msgspec.json.Encoder()


@dataclass(eq=False)
class MethodNotAllowed(DomainError):
    """This path does not know this method."""

    code = "METHOD_NOT_ALLOWED"
    kind = Kind.WRONG_METHOD


@dataclass(eq=False)
class PayloadTooLarge(DomainError):
    """The body is too large."""

    code = "PAYLOAD_TOO_LARGE"
    kind = Kind.TOO_LARGE
    limit_bytes: int


@dataclass(eq=False)
class UnsupportedMediaType(DomainError):
    """The body is not of the media type this operation takes."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    kind = Kind.WRONG_MEDIA
    media_type: str


@dataclass(eq=False)
class InternalError(DomainError):
    """Something broke on our side."""

    code = "INTERNAL_ERROR"
    kind = Kind.BROKEN
    request_id: str


def refusal(error: DomainError, language: Language) -> Answer:
    """The answer to a request that ended in `error`."""
    english = language is Language.ENGLISH
    message = error.message() if english else _in_korean(error)
    body = {"error": {"code": error.code, "message": message, "details": _details(error, language)}}
    return Answer(STATUS[error.kind], _ENCODER.encode(body))


def _in_korean(error: DomainError) -> str:
    own = MESSAGES_BY_ERROR_IN_KOREAN.get(type(error).__name__)
    return MESSAGES_IN_KOREAN[error.code] if own is None else own


def message_of(code: str, language: Language) -> str:
    """What a person reads about an error of which only the code is known."""
    if language is Language.KOREAN:
        return MESSAGES_IN_KOREAN[code]
    return next(each.message() for each in _every_error(DomainError) if each.code == code)


def _every_error(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _every_error(each)


def _details(error: DomainError, language: Language) -> dict[str, object]:
    if not isinstance(error, Invalid):
        return error.details
    told: list[dict[str, object]] = [
        {"field": problem.field, "reason": reason_text(problem, language)}
        for problem in error.problems
    ]
    details: dict[str, object] = {}
    if told:
        details = {**told[0], "fields": told}
    if error.allowed_query_parameters is not None:
        details["allowed_query_parameters"] = error.allowed_query_parameters
    return details
