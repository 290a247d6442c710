"""`dialplane serve`: what it needs to start, and how it ends."""

import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from dialplane.cli.serving import plainly_asked
from dialplane.niceness import GIVES_WAY
from dialplane.server import FAILED_BESIDE
from parts.program import (
    PATIENCE_S,
    Running,
    ask,
    environment,
    is_alive,
    run,
    started,
    wait_until,
    wait_until_gone,
    wait_until_listening,
)
from parts.terminal import Terminal

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what it takes to be within reach of others
NUMBERS = "/v3/organization-telephone-numbers"
REGISTER = "/v3/telephone-numbers/register"


# The API answers; then, before what runs beside it begins, what both sign with is spoilt.
SERVES_UNTIL_IT_FAILS = """
import os
from dialplane.foundations import database_of
from dialplane.server import Listener, free_port, serve
from dialplane.settings import read_settings
from dialplane.store import facts

settings = read_settings(os.environ)

def spoil():
    with database_of(settings).writing() as db:
        facts.put(db, "signing_root", "spoilt")

serve(settings, Listener(host="127.0.0.1", port=free_port("127.0.0.1", 0)), ready=spoil)
"""


@contextmanager
def served(home: Any, *options: str, **variables: str) -> Iterator[tuple[Running, Any]]:
    env = home.environment | variables
    with started("serve", "--port", "0", "--json", *options, env=env) as server:
        yield server, server.report()


def port_of(report: Any) -> int:
    return int(report["url"].rpartition(":")[2])


@pytest.fixture
def token(terminal: Terminal) -> str:
    terminal.json("org", "create", "Acme")
    made: str = terminal.json("key", "create", "--org", "Acme")["token"]
    return made


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield int(somebody.getsockname()[1])


class TestPlainQuestion:
    @pytest.mark.parametrize(
        "words",
        [
            [],
            ["--host", EVERYWHERE, "--port", "0"],
            ["--workers", "64", "--port", "65535"],
        ],
    )
    def test_it_is_understood_without_what_explains_options(self, words: list[str]) -> None:
        assert plainly_asked(words) is not None

    @pytest.mark.parametrize(
        "words",
        [
            ["--help"],
            ["--json"],
            ["--json", "--port", "0"],
            ["--port=0"],
            ["--port", "65536"],
            ["--port", "-1"],
            ["--port", "\u0663"],
            ["port", "80"],
            ["--workers", "0"],
            ["--host", "--port"],
            ["--speed", "1"],
        ],
    )
    def test_anything_else_is_left_to_it(self, words: list[str]) -> None:
        assert plainly_asked(words) is None


class TestStart:
    def test_it_serves_and_tells_where(self, home: Any, token: str) -> None:
        with served(home) as (server, report):
            assert ask(port_of(report), NUMBERS, token=token)[0] == 200
            assert report["pid"] == server.process.pid
            assert report["workers"] == 1
            assert report["rate_limit"] is None

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_asked_plainly_it_serves_the_same_and_tells_it_to_people(self, home: Any) -> None:
        with started("serve", "--port", "0", env=home.environment) as server:
            port = int(server.line_with("Dialplane serves").rpartition(":")[2])

            assert ask(port, "/readyz")[0] == 200
            assert server.stop() == 0

    def test_every_process_takes_part_and_figures_are_summed_up(
        self, home: Any, token: str
    ) -> None:
        with served(home, "--workers", "2") as (_, report):
            for _ in range(20):
                ask(port_of(report), NUMBERS, token=token)

            # Each process writes down what it did a moment later, beside the requests.
            wait_until(lambda: _counted(port_of(report), NUMBERS) == 20)

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_sqlite_is_made_and_migrated_by_itself(self, empty_home: Any) -> None:
        with served(empty_home) as (_, report):
            assert ask(port_of(report), "/readyz")[0] == 200

    @pytest.mark.parametrize("engine", ["postgres"])
    def test_postgres_is_left_to_the_operator(self, empty_home: Any) -> None:
        env = empty_home.environment
        refused = run("serve", "--port", "0", "--json", env=env)
        assert refused.code == 1
        assert refused.json["error"]["code"] == "MIGRATIONS_PENDING"
        assert "dialplane migrate" in refused.err

        assert run("migrate", env=env).code == 0

        with served(empty_home) as (_, report):
            assert ask(port_of(report), "/readyz")[0] == 200

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_an_api_process_that_dies_is_replaced(self, home: Any) -> None:
        with served(home) as (server, report):
            before = server.children()
            os.kill(before[-1], signal.SIGKILL)
            wait_until_gone(before[-1:])
            wait_until_listening(port_of(report))

            # The other one only counts what has to be cleaned up at the end.
            wait_until(lambda: len(set(server.children()) - set(before)) == 2)
            assert ask(port_of(report), "/healthz")[0] == 200


@pytest.mark.parametrize("engine", ["sqlite"])
class TestBeforeTheStart:
    def test_a_taken_port_is_told(self, home: Any, taken_port: int) -> None:
        said = run("serve", "--port", str(taken_port), env=home.environment)

        assert said.code == 1
        assert "Address already in use" in said.err
        assert "--port" in said.err

    def test_two_servers_never_share_a_port(self, home: Any) -> None:
        with served(home) as (_, report):
            second = run("serve", "--port", str(port_of(report)), env=home.environment)

        assert second.code == 1

    def test_another_secret_key_is_refused(self, home: Any) -> None:
        with served(home):
            pass
        other = "A" * 43 + "="

        said = run("serve", "--port", "0", env=home.environment | {"DIALPLANE_SECRET_KEY": other})

        assert said.code == 1
        assert "not the one this database was set up with" in said.err
        assert "Traceback" not in said.err

    def test_within_reach_of_others_there_is_a_limit(self, home: Any) -> None:
        with served(home, "--host", EVERYWHERE) as (_, report):
            assert report["rate_limit"] == "50/s"
            assert report["url"].startswith("http://127.0.0.1:")

    @pytest.mark.parametrize(("said", "applied"), [("", None), ("5/s", "5/s")])
    def test_unless_the_operator_said_something_else(
        self, home: Any, said: str, applied: str | None
    ) -> None:
        with served(home, "--host", EVERYWHERE, DIALPLANE_RATE_LIMIT=said) as (_, report):
            assert report["rate_limit"] == applied

    @pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
    def test_the_processes_inherit_no_secret(self, home: Any) -> None:
        secret = "B" * 43 + "="
        with served(home, DIALPLANE_SECRET_KEY=secret) as (server, _):
            processes = [server.process.pid, *server.children()]
            inherited = [Path(f"/proc/{pid}/environ").read_bytes() for pid in processes]

        assert len(inherited) > 1
        assert not [each for each in inherited if secret.encode() in each]

    @pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="looks into /proc")
    def test_neither_command_lines_nor_cores_show_a_secret(
        self, home: Any, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        cores = resource.getrlimit(resource.RLIMIT_CORE)
        request.addfinalizer(lambda: resource.setrlimit(resource.RLIMIT_CORE, cores))
        resource.setrlimit(resource.RLIMIT_CORE, (cores[1], cores[1]))
        secret, edge_token = "C" * 43 + "=", "planted-edge-token"
        variables = {"DIALPLANE_SECRET_KEY": secret, "DIALPLANE_EDGE_TOKEN": edge_token}
        with started(
            "serve", "--port", "0", "--json", env=home.environment | variables, cwd=tmp_path
        ) as server:
            server.report()
            processes = [server.process.pid, *server.children()]
            lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes]
            limits = [Path(f"/proc/{pid}/limits").read_text() for pid in processes]
            server.stop(signal.SIGABRT)

        assert len(lines) > 1
        assert not [line for line in lines if secret[:20].encode() in line or b"planted" in line]
        assert [each for each in limits if not re.search(r"Max core file size +0 +0 ", each)] == []
        assert not list(tmp_path.rglob("core*"))


class TestEnd:
    def test_a_request_in_flight_is_answered_and_its_change_kept(
        self, home: Any, token: str
    ) -> None:
        number = {"number": "07012345678", "address": "sip:trunk.example.com"}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        with served(home) as (server, report):
            port = port_of(report)
            with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
                with _digits_locked(home, "07012345678"):
                    connection.request("POST", REGISTER, json.dumps(number), headers)
                    assert ask(port, "/healthz")[0] == 200  # by then the other is being read
                    server.process.terminate()
                    wait_until(lambda: _refused(port))
                    answered, *_ = select.select([connection.sock], [], [], 0)
                    assert not answered, "the request was to wait"
                answer = connection.getresponse()
                told = json.loads(answer.read())
            assert server.process.wait(PATIENCE_S) == 0

        assert answer.status == 200
        with served(home) as (_, report):
            assert ask(port_of(report), f"{NUMBERS}/{told['id']}", token=token) == (200, told)

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_the_last_request_is_in_the_log(self, home: Any, token: str) -> None:
        with served(home) as (server, report):
            ask(port_of(report), f"{NUMBERS}/the-last", token=token)
            server.process.terminate()
            server.process.wait(PATIENCE_S)
            server.stop()

        assert '"status":400' in server.err

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_people_find_no_empty_fields_in_it(self, home: Any) -> None:
        with served(home, DIALPLANE_LOG_FORMAT="console") as (server, report):
            ask(port_of(report), NUMBERS)
            server.stop()

        [line] = [each for each in server.err.splitlines() if "method=GET" in each]
        assert "status=401" in line
        assert not re.search(r"=(None|UNSET)\b", line)

    def test_what_fails_for_good_beside_the_api_ends_it_as_a_failure(self, home: Any) -> None:
        serves_until_it_fails = [sys.executable, "-c", SERVES_UNTIL_IT_FAILS]

        ended = subprocess.run(
            serves_until_it_fails,
            env=environment(home.environment),
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1] == FAILED_BESIDE

    @pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_what_runs_beside_gives_way_to_those_who_answer(self, home: Any) -> None:
        own = os.nice(0)
        with served(home) as (server, _):
            wait_until(lambda: own + GIVES_WAY in niceness(server.process.pid))
            assert niceness(server.process.pid)[0] == own
            assert {each for pid in server.children() for each in niceness(pid)} == {own}

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_clients_that_never_asked_anything_do_not_delay_it(self, home: Any) -> None:
        with served(home) as (server, report):
            silent = socket.create_connection(("127.0.0.1", port_of(report)))
            half = socket.create_connection(("127.0.0.1", port_of(report)))
            with closing(silent), closing(half):
                half.sendall(b"GET /healthz HTTP/1.1\r\nHo")
                server.process.terminate()
                assert server.process.wait(PATIENCE_S) == 0

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_killed_it_leaves_no_process_behind_and_starts_again_at_once(self, home: Any) -> None:
        with served(home, "--workers", "2") as (server, report):
            processes = server.children()
            assert len(processes) >= 2
            server.process.kill()
            port = port_of(report)
            env = home.environment
            with started("serve", "--port", str(port), "--json", env=env) as successor:
                assert port_of(successor.report()) == port
                wait_until_gone(processes)
                assert ask(port, "/healthz")[0] == 200

    @pytest.mark.parametrize("engine", ["sqlite"])
    @pytest.mark.parametrize("stuck", [0, 1])
    def test_killed_it_is_missed_by_each_process_though_another_is_stuck(
        self, home: Any, stuck: int
    ) -> None:
        with (
            served(home, "--workers", "2") as (server, _),
            _killed(server, stuck=server.children()[stuck]) as others,
        ):
            wait_until_gone(others)

    @pytest.mark.parametrize("engine", ["sqlite"])
    def test_killed_it_is_missed_by_a_process_that_replaced_another(self, home: Any) -> None:
        with served(home, "--workers", "2") as (server, _):
            lives, dies = server.children()
            os.kill(dies, signal.SIGKILL)
            # Two, as in the one above.
            wait_until(lambda: len(set(server.children()) - {lives, dies}) == 2)

            with _killed(server, stuck=lives) as others:
                wait_until_gone(others)


def niceness(pid: int) -> list[int]:
    """Of each of its threads, the main one first."""
    threads = sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda thread: int(thread.name))
    told = [(thread / "stat").read_text().rpartition(")")[2].split() for thread in threads]
    return [int(fields[16]) for fields in told]


@contextmanager
def _killed(server: Running, *, stuck: int) -> Iterator[list[int]]:
    """While one of its processes cannot run; the others, which are to go by themselves."""
    others = [pid for pid in server.children() if pid != stuck]
    os.kill(stuck, signal.SIGSTOP)
    server.process.kill()
    try:
        yield others
    finally:
        for pid in filter(is_alive, [stuck, *others]):
            os.kill(pid, signal.SIGKILL)


def _refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
    except ConnectionError:  # refused, or reset as the listener closed
        return True
    return False


def _counted(port: int, route: str) -> float:
    figures = _text(port, "/metrics").splitlines()
    counted = [line for line in figures if line.startswith("dialplane_http_requests_total")]
    return sum(float(line.split()[-1]) for line in counted if f'"{route}"' in line)


@contextmanager
def _digits_locked(home: Any, canonical: str) -> Iterator[None]:
    """Make whoever wants to hold these digits wait."""
    with closing(home.open()) as database, database.writing() as db:
        db.serialize(f"live {canonical}")
        yield


def _text(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    with closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read().decode()
