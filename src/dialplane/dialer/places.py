"""Where SIP URIs lead, and names resolved before a call is taken: the loop waits for nobody."""

import re
import socket
from typing import Final

import msgspec

from dialplane.dialer.jobs import Job, Orders, Target
from dialplane.logs import log

SIP_PORT: Final = 5060
_URI = re.compile(r"sips?:(?:(?P<user>[^@]*)@)?(?P<host>\[[^]]+]|[^:;?]+)(?::(?P<port>\d+))?.*")


def place_of(uri: str) -> tuple[str, int]:
    """Host and port of a SIP URI."""
    parsed = _parsed(uri)
    return parsed["host"], int(parsed["port"] or SIP_PORT)


def user_of(uri: str) -> str:
    return _parsed(uri)["user"]


def _parsed(uri: str) -> dict[str, str]:
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError(uri)
    return match.groupdict(default="")


def resolved(orders: Orders) -> Orders:
    """The same orders with the addresses of their runtimes; names that lead nowhere are dropped."""
    return msgspec.structs.replace(orders, jobs=[_resolved(job) for job in orders.jobs])


def _resolved(job: Job) -> Job:
    found = (_with_address(target) for target in job.runtimes)
    return msgspec.structs.replace(job, runtimes=[each for each in found if each is not None])


def _with_address(target: Target) -> Target | None:
    if target.via_edge:
        return target
    host, port = place_of(target.uri)
    try:
        answers = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        log.warning("a runtime has no address", uri=target.uri, error=str(error))
        return None
    return msgspec.structs.replace(target, address=str(answers[0][4][0]))
