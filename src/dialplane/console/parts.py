"""What the console is handed by `dialplane.main`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


HOME: Final = "/console"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """The application that answers the API, and a box to seal sessions in."""

    application: "WSGIApplication"
    seal: Callable[[str], str]
    unseal: Callable[[str], str | None]
    """None for what was not sealed here."""
    clock: Callable[[], Millis]
