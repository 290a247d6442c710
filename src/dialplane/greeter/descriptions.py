"""SDP offers and the answers to them: one stream of G.711, or none."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

PAYLOAD_NAMES: Final = {0: "PCMU", 8: "PCMA"}
_DIRECTIONS: Final = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
_MAY_SPEAK: Final = frozenset({"sendrecv", "sendonly"})
_AUDIO: Final = re.compile(r"m=audio ([1-9][0-9]{0,4})(?:/1)? RTP/AVPF?((?: [0-9]{1,3})+)")
_STREAM: Final = re.compile(r"m=([a-z]+) [0-9/]+ ([^ ]+) (.+)")
_PLACE: Final = re.compile(r"c=IN IP4 ([0-9.]+)(?:/.*)?")
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What to send where; `host` is None while the other side listens to nobody."""

    payload_type: int
    host: str | None
    port: int
    streams: tuple[str, ...]
    chosen: int
    direction: str

    def answer(self, address: str, port: int, *, version: int) -> str:
        """The answer, from a socket of ours."""
        name = PAYLOAD_NAMES[self.payload_type]
        lines = ["v=0", f"o=- 1 {version} IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0"]
        for index, stream in enumerate(self.streams):
            if index != self.chosen:
                lines.append(_declined(stream))
                continue
            lines += [
                f"m=audio {port} RTP/AVP {self.payload_type}",
                f"a=rtpmap:{self.payload_type} {name}/8000",
                "a=ptime:20",
                f"a={self.direction}",
            ]
        return "".join(f"{line}\r\n" for line in lines)


def agreed(offer: str) -> Agreed | None:
    """What both sides can do; None when there is nothing."""
    session, *sections = re.split(r"(?m)^(?=m=)", offer.replace("\r\n", "\n"))
    streams = tuple(section.partition("\n")[0] for section in sections)
    for index, section in enumerate(sections):
        audio = _AUDIO.fullmatch(streams[index])
        place = _place(section) or _place(session)
        if audio is None or place is None or int(audio[1]) > _HIGHEST_PORT:
            continue
        payload_type = next((int(each) for each in audio[2].split() if int(each) in (0, 8)), None)
        if payload_type is None:
            continue
        direction = _direction(section) or _direction(session) or "sendrecv"
        listens = direction in _MAY_SPEAK and not IPv4Address(place).is_unspecified
        return Agreed(
            payload_type=payload_type,
            host=place if listens else None,
            port=int(audio[1]),
            streams=streams,
            chosen=index,
            direction=direction,
        )
    return None


def _declined(stream: str) -> str:
    told = _STREAM.fullmatch(stream)
    return f"m={told[1]} 0 {told[2]} {told[3]}" if told else "m=audio 0 RTP/AVP 0"


def _place(section: str) -> str | None:
    for line in section.split("\n"):
        if told := _PLACE.fullmatch(line.strip()):
            try:
                return str(IPv4Address(told[1]))
            except ValueError:
                return None
    return None


def _direction(section: str) -> str | None:
    """Ours, which mirrors theirs."""
    for line in section.split("\n"):
        theirs = line.strip().removeprefix("a=")
        if theirs == "sendrecv" or theirs in _DIRECTIONS:
            return _DIRECTIONS.get(theirs, "sendrecv")
    return None
