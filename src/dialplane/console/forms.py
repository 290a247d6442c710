"""Forms that browsers send, and whether they are ours."""

from functools import cached_property
from typing import Final
from urllib.parse import parse_qs, urlsplit

import falcon

from dialplane.console.sessions import same
from dialplane.domain.frozen import dataclass

LARGEST: Final = 64 * 1024
PROOF_FIELD: Final = "proof"
ONCE_FIELD: Final = "once"


@dataclass(frozen=True)
class Form:
    """The fields of one form."""

    fields: dict[str, list[str]]

    def text(self, name: str) -> str:
        """What was typed, without the spaces around it; empty when it was left out."""
        return self.fields.get(name, [""])[0].strip()

    def exactly(self, name: str) -> str:
        """What was typed, spaces included."""
        return self.fields.get(name, [""])[0]

    def texts(self, name: str) -> list[str]:
        """The values of a field that is there several times, empty ones too."""
        return [each.strip() for each in self.fields.get(name, [])]

    def lines(self, name: str) -> list[str]:
        """What was typed into an area, a value a line."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    def ticked(self, name: str) -> bool:
        return name in self.fields

    @cached_property
    def once(self) -> str | None:
        """Names this one filling-in of the form, so that sending it twice does it once."""
        return self.text(ONCE_FIELD) or None


NOTHING_SENT: Final = Form({})


class NotOurs(Exception):  # named for what happened
    """A form that no page of this session has shown, or that is larger than any of them."""


def read_form(req: falcon.Request) -> Form:
    """The form in the body of a request.

    Raises:
        NotOurs: larger than any form of the console.
    """
    raw = req.bounded_stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise NotOurs
    try:
        fields = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=500)
    except ValueError as reason:
        raise NotOurs from reason
    return Form(fields)


def require_ours(req: falcon.Request, form: Form, expected: str) -> None:
    """Let a form through that carries the token of its session and comes from our own pages.

    Raises:
        NotOurs: somebody else's page sent it, or a page of a session that is over.
    """
    site = req.get_header("Sec-Fetch-Site") or "same-origin"
    origin = req.get_header("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != req.forwarded_host
    if foreign or site not in {"same-origin", "none"}:
        raise NotOurs
    if not same(form.exactly(PROOF_FIELD), expected):
        raise NotOurs
