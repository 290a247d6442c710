"""SIGTERM in the middle of a burst: nobody who is let in is cut off, and nothing is half done."""

import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

import pytest

from builders import NUMBERS, REGISTER
from conftest import Home
from dialplane.api_process import LETTING_GO_S
from parts.program import PATIENCE_S, wait_until, wait_until_gone
from parts.server import Server, given_two_organizations, serving
from parts.world import ACME_TOKEN

CLIENTS: Final = 8
ENOUGH: Final = 100
HEADERS: Final = {"authorization": f"Bearer {ACME_TOKEN}", "content-type": "application/json"}


@dataclass
class Burst:
    """Clients that register number after number, over connections they keep, until refused."""

    acknowledged: set[str] = field(default_factory=set)
    enough: threading.Event = field(default_factory=threading.Event)

    def run(self, address: tuple[str, int], first: int) -> None:
        with closing(HTTPConnection(*address, timeout=PATIENCE_S)) as connection:
            self._ask_on(connection, first)

    def _ask_on(self, connection: HTTPConnection, first: int) -> None:
        asked_at = time.monotonic()
        for n in range(first, first + 100_000):
            new = connection.sock is None
            if new and not _connected(connection):
                return
            number = f"0704{n:07}"
            last_asked_at, asked_at = asked_at, time.monotonic()
            try:
                status = self._register(connection, number)
            except ConnectionError:
                # A new one the system may have taken, and nobody read; one that went silent for as
                # long as they are let go may be closed. What was sent must not be held then.
                silent_s = asked_at - last_asked_at
                assert new or silent_s > LETTING_GO_S, f"{number} was sent over a kept connection"
                connection.close()
            else:
                assert status == 200
                self.acknowledged.add(number)
                if len(self.acknowledged) >= ENOUGH:
                    self.enough.set()

    def _register(self, connection: HTTPConnection, number: str) -> int:
        body = json.dumps({"number": number, "address": "sip:trunk.example.com"})
        connection.request("POST", REGISTER, body, HEADERS)
        answer = connection.getresponse()
        assert json.loads(answer.read())
        return answer.status


def _connected(connection: HTTPConnection) -> bool:
    try:
        connection.connect()
    except ConnectionError:  # refused, or reset as the listener closed
        return False
    return True


def held(server: Server) -> set[str]:
    found: set[str] = set()
    cursor: Any = ""
    with server.client() as client:
        while cursor is not None:
            page = client.get(NUMBERS, limit=100, cursor=cursor).json
            found |= {number["number"] for number in page["items"]}
            cursor = page["next_cursor"]
    return found


def test_nobody_is_cut_off_and_all_that_was_answered_is_there(home: Home) -> None:
    database = home.open()
    given_two_organizations(database)
    database.close()
    burst = Burst()

    with serving(home, "--workers", "2") as server, ThreadPoolExecutor(CLIENTS) as threads:
        clients = [
            threads.submit(burst.run, server.address, client * 100_000) for client in range(CLIENTS)
        ]
        assert burst.enough.wait(120), [client for client in clients if client.done()]
        code = server.running.stop()
        for client in clients:
            client.result()

    assert code == 0
    with serving(home) as server:
        assert held(server) == burst.acknowledged


def test_whoever_is_told_to_stop_again_and_again_still_finishes_and_goes(home: Home) -> None:
    database = home.open()
    given_two_organizations(database)
    database.close()
    body = json.dumps({"number": "07040000000", "address": "sip:trunk.example.com"}).encode()
    with serving(home) as server:
        pids = server.running.children()
        connection = HTTPConnection(*server.address, timeout=PATIENCE_S)
        connection.putrequest("POST", REGISTER)
        for name, value in {**HEADERS, "content-length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body[:10])
        with server.client() as client:
            assert client.get(NUMBERS).status == 200  # and by then the other is being read
        for _ in range(5):
            server.running.process.terminate()
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.1)  # or several would be heard as one
        connection.send(body[10:])

        assert connection.getresponse().status == 200
        wait_until_gone(pids)


def test_ctrl_c_reaches_every_process_and_is_no_failure(home: Home) -> None:
    with serving(home) as server:
        running = server.running
        for pid in (running.process.pid, *running.children()):
            os.kill(pid, signal.SIGINT)

        assert running.process.wait(PATIENCE_S) == 0
        assert "unexpected" not in running.err.casefold()


def test_the_last_request_is_in_the_log(home: Home) -> None:
    with serving(home) as server:
        [process] = server.running.children()
        server.raw(b"GET /v3/last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        os.kill(process, signal.SIGTERM)

        wait_until_gone([process])
        wait_until(lambda: server.running.err.count('"status":404') == 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one choose the thread")
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_whichever_of_its_threads_hears_the_signal(
    home: Home, told: signal.Signals
) -> None:
    with serving(home) as server:
        process = server.running.process
        # They begin once it says that it is up.
        wait_until(lambda: bool(listening(process.pid, told)))

        # The first stay to the end, later ones may go any moment.
        os.kill(listening(process.pid, told)[0], told)

        assert process.wait(PATIENCE_S) == 0


def listening(pid: int, wanted: signal.Signals) -> list[int]:
    """The threads that have not blocked a signal, in their order, but for the main thread.

    That is the one the system prefers.
    """
    threads = sorted(int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())
    return [each for each in threads if each != pid and _lets_through(pid, each, wanted)]


def _lets_through(pid: int, thread: int, wanted: signal.Signals) -> bool:
    try:
        status = Path(f"/proc/{pid}/task/{thread}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has gone meanwhile
        return False
    blocked = status.partition("SigBlk:")[2].split()[0]
    return not int(blocked, 16) >> (wanted - 1) & 1
