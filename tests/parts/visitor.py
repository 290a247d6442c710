"""Somebody at the console with a browser that runs no scripts, in this process."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from parts.world import ACME_TOKEN, World

SIGN_IN: Final = "/console/sign-in"
_PROOF: Final = re.compile(r'name="proof" value="([^"]+)"')


@contextmanager
def browsing(world: World) -> Iterator[httpx.Client]:
    transport = httpx.WSGITransport(app=world.app)
    with httpx.Client(transport=transport, base_url="http://dialplane.test") as client:
        yield client


def proof_on(page: httpx.Response) -> str:
    found = _PROOF.search(page.text)
    assert found is not None
    return found[1]


def sign_in(visitor: httpx.Client, key: str = ACME_TOKEN, to: str = "/console") -> httpx.Response:
    proof = proof_on(visitor.get(SIGN_IN))
    return visitor.post(SIGN_IN, data={"proof": proof, "key": key, "to": to})
