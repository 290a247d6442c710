"""Session descriptions: the offer a callee hears first, and the runtime's in its place."""

from typing import Final

_CODECS: Final = (
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=sendrecv",
)


class Offers:
    """The descriptions one callee gets in one call: one session, its versions counted up."""

    def __init__(self, *, session: int, address: str, port: int) -> None:
        self._origin = f"o=- {session}"
        self._host = f"IN {'IP6' if ':' in address else 'IP4'} {address}"
        self._port = port
        self._version = 0

    def placeholder(self) -> str:
        """An offer like any other; what is sent to its port is discarded.

        Not on hold: carriers answer a hold with silence or not at all.
        """
        media = f"m=audio {self._port} RTP/AVP 8 0 101"
        lines = ("v=0", self._next_origin(), "s=-", f"c={self._host}", "t=0 0", media, *_CODECS)
        return "\r\n".join(lines) + "\r\n"

    def of_runtime(self, description: str) -> str:
        """The runtime's description as the next version of our session (RFC 3264, section 8)."""
        origin = self._next_origin()
        lines = [
            origin if line.startswith("o=") else line for line in description.strip().splitlines()
        ]
        return "\r\n".join(lines) + "\r\n"

    def _next_origin(self) -> str:
        self._version += 1
        return f"{self._origin} {self._version} {self._host}"


def same_media(one: str, other: str) -> bool:
    """Whether two descriptions lead to the same place in the same codecs."""
    return _media(one) == _media(other)


def _media(description: str) -> list[str]:
    """Everything but who described it, and in which version."""
    return [line for line in description.strip().splitlines() if line[:2] not in ("o=", "s=", "t=")]
