"""A process that buys line after line from a supplier, made to be killed.

It runs the real application; its environment says on which database.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from threading import Lock

from falcon import testing

from dialplane.api.app import create_app
from dialplane.main import database_of, parts_of, set_up_logging
from dialplane.settings import read_settings
from parts.world import ACME_TOKEN

THREADS = 6


def buy_all(environment: Mapping[str, str], wanted: Sequence[str], tell: Connection) -> None:
    """Buy these, each under its number as the key, telling each answer's status as it comes."""
    settings = read_settings(environment)
    set_up_logging(settings)
    app = create_app(parts_of(settings, database_of(settings)))
    telling = Lock()

    def buy(number: str) -> None:
        answer = testing.simulate_request(
            app,
            "POST",
            "/v3/telephone-numbers/purchase",
            headers={
                "authorization": f"Bearer {ACME_TOKEN}",
                "idempotency-key": number,
                "content-type": "application/json",
            },
            body=json.dumps({"number": number}).encode(),
        )
        with telling:
            tell.send((number, str(answer.status_code)))

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(buy, wanted))
    tell.send(None)
