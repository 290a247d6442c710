"""The one SIP request we ever write by hand, OPTIONS, and what is read from the answers to it."""

import re
import secrets
from dataclasses import field
from email.message import Message
from email.parser import HeaderParser
from typing import Final
from urllib.request import parse_http_list

from dialplane.domain.frozen import dataclass
from dialplane.domain.sip_addresses import uri_of_user
from dialplane.domain.trunk_checks import Challenge, SipAnswer

LONGEST_MESSAGE: Final = 65_535
_LONGEST_TEXT: Final = 200
_MOST_WORDS: Final = 32
_STATUS: Final = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: ([^\r\n]*))?")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_LENGTH: Final = re.compile(
    rb"^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,6})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e\u00a1-\ud7ff]+")


class NotSip(Exception):  # named for what happened
    """These bytes are no answer of SIP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One conversation: OPTIONS, and the same once more with a login."""

    uri: str
    user: str
    call_id: str = field(default_factory=lambda: secrets.token_hex(16))
    tag: str = field(default_factory=lambda: secrets.token_hex(4))

    def request(self, *, via: str, local: str, turn: int, login: str = "") -> bytes:
        """The text of a request; `via` is the transport, `local` where answers come to."""
        lines = (
            f"OPTIONS {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{via} {local};branch=z9hG4bK{secrets.token_hex(8)};rport",
            "Max-Forwards: 70",
            f"From: <{uri_of_user(self.uri, self.user)}>;tag={self.tag}",
            f"To: <{self.uri}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {turn} OPTIONS",
            f"Contact: <sip:{local}>",
            "Accept: application/sdp",
            "User-Agent: Dialplane",
            *([login] if login else []),
            "Content-Length: 0",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode()

    def is_answered_by(self, message: Message, turn: int) -> bool:
        """Whether it belongs to this turn; a late answer to an earlier one does not."""
        call_id = message.get("call-id", message.get("i", ""))
        counted, _, method = message.get("cseq", "").strip().partition(" ")
        return (call_id.strip(), counted, method.strip().upper()) == (
            self.call_id,
            str(turn),
            "OPTIONS",
        )


def read_message(raw: bytes) -> tuple[SipAnswer, Message]:
    """Read an answer and its headers.

    Raises:
        NotSip.
    """
    head = _HEAD_END.split(raw[:LONGEST_MESSAGE], 1)[0].decode(errors="replace")
    first, _, rest = head.partition("\n")
    status = _STATUS.fullmatch(first.rstrip("\r"))
    if status is None:
        raise NotSip
    message = HeaderParser().parsestr(rest, headersonly=True)
    answer = SipAnswer(
        code=int(status[1]),
        reason=_clean(status[2] or ""),
        user_agent=_clean(message.get("user-agent") or message.get("server") or ""),
        allow=_words(message.get_all("allow", [])),
        challenges=(
            *_challenges(message.get_all("www-authenticate", []), by_proxy=False),
            *_challenges(message.get_all("proxy-authenticate", []), by_proxy=True),
        ),
    )
    return answer, message


def length_of_first(raw: bytes) -> int | None:
    """How many bytes the first message of a stream has, once that can be told."""
    end = _HEAD_END.search(raw)
    if end is None:
        return None
    length = _LENGTH.search(raw[: end.end()])
    return end.end() + (int(length[1]) if length else 0)


def _challenges(values: list[str], *, by_proxy: bool) -> tuple[Challenge, ...]:
    read = (_challenge(value, by_proxy=by_proxy) for value in values[:_MOST_WORDS])
    return tuple(each for each in read if each is not None)


def _challenge(value: str, *, by_proxy: bool) -> Challenge | None:
    scheme, _, rest = _clean(value, most=LONGEST_MESSAGE).partition(" ")
    if scheme.lower() != "digest":
        return None
    pairs = (item.partition("=") for item in parse_http_list(rest))
    given = {name.strip().lower(): _unquoted(text) for name, _, text in pairs}
    if "realm" not in given or not given.get("nonce"):
        return None
    return Challenge(
        realm=given["realm"],
        nonce=given["nonce"],
        algorithm=given.get("algorithm") or "MD5",
        qop=tuple(word.strip().lower() for word in given.get("qop", "").split(",") if word.strip()),
        opaque=given.get("opaque"),
        stale=given.get("stale", "").lower() == "true",
        by_proxy=by_proxy,
    )


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _words(values: list[str]) -> tuple[str, ...]:
    words = (_clean(word).upper() for value in values for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:_MOST_WORDS]


def _clean(text: str, *, most: int = _LONGEST_TEXT) -> str:
    """One line that can be shown to people and sent back: a peer writes what it likes."""
    return _UNPRINTABLE.sub(" ", text).strip()[:most]
