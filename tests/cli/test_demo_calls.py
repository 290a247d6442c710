"""`dialplane demo` with Kamailio and SIPp: two real calls and their routing, and no leftovers."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from parts.program import Running, ask, started, wait_until_gone

NEEDED = ("kamailio", "sipp")


@pytest.fixture
def _callable() -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    missing += [] if find_spec("sippy") else ["dialplane[dialer]"]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"needs {' and '.join(missing)}; in CI nothing is skipped")
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")


@contextmanager
def calling(folder: Path, *options: str, **environment: str) -> Iterator[Running]:
    with started("demo", "--port", "0", *options, env=environment, cwd=folder) as running:
        try:
            yield running
        finally:
            # Its programs go with it, also when the test has failed.
            if running.process.poll() is None:
                running.stop(signal.SIGINT)


def family(pid: int) -> list[int]:
    """A process and all that it started, directly or not."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(each for child in children for each in family(int(child)))]


@pytest.mark.usefixtures("_callable")
class TestWithKamailioAndSipp:
    def test_it_places_a_call_in_and_a_call_out_and_says_how_they_were_routed(
        self, tmp_path: Path
    ) -> None:
        with calling(tmp_path, "--json") as running:
            ready = running.report()
            assert ask(_port(ready["url"]), "/healthz")[0] == 200
            coming, going = running.report()["calls"]
            recorded = ask(_port(ready["url"]), "/v3/calls", token=ready["key"])[1]["items"]

        assert (coming["direction"], coming["status"]) == ("inbound", "ended")
        assert (coming["hung_up_by"], coming["disconnection_reason"]) == ("caller", "user_hangup")
        assert (coming["agent_version"], coming["resolved_version"]) == ("v1", "v1")
        assert (going["direction"], going["status"]) == ("outbound", "ended")
        assert (going["hung_up_by"], going["disconnection_reason"]) == ("callee", "user_hangup")
        assert (going["agent_version"], going["resolved_version"]) == ("production", "v1")
        for call in (coming, going):
            assert call["agent"] == "예약 상담"
            assert call["duration_ms"] > 1_500
            assert call["trace"][-1]["rule"] == "route"
        assert {each["id"] for each in recorded} == {coming["id"], going["id"]}

    def test_people_read_it_as_a_story(self, tmp_path: Path) -> None:
        with calling(tmp_path) as running:
            running.line_with("curl -s")
            running.line_with("A real call, inbound: 01012345678 → 0317770100")
            running.line_with("hung up by")
            running.line_with("A real call, outbound: 0317770100 → 01012345678")
            softphone = running.line_with("The edge stays up")
            running.stop(signal.SIGINT)

        assert "sip:0317770100@127.0.0.1:" in softphone
        assert "request" not in running.err, "the log stands between what is told"

    def test_two_at_once_have_a_stage_each(self, tmp_path: Path) -> None:
        folders = [tmp_path / name for name in ("first", "second")]
        for folder in folders:
            folder.mkdir()
        with calling(folders[0]) as one, calling(folders[1]) as another:
            softphones = {running.line_with("The edge stays up") for running in (one, another)}

        assert len(softphones) == 2

    @pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
    @pytest.mark.parametrize("moment", ["curl -s", "The edge stays up"])
    def test_ctrl_c_leaves_no_process_behind(self, tmp_path: Path, moment: str) -> None:
        with calling(tmp_path) as running:
            running.line_with(moment)
            there = family(running.process.pid)

            assert running.stop(signal.SIGINT) == 0

            assert _left_of(tmp_path) == []
            wait_until_gone(there[1:])

    @pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
    def test_neither_does_kill_9(self, tmp_path: Path) -> None:
        with calling(tmp_path) as running:
            running.line_with("The edge stays up")
            there = family(running.process.pid)

            running.process.kill()

            wait_until_gone(there[1:])


def test_without_them_it_says_in_one_line_what_to_install(tmp_path: Path) -> None:
    with calling(tmp_path, "--json", PATH="/nowhere") as running:
        ready = running.report()
        told = running.report()
        assert ask(_port(ready["url"]), "/healthz")[0] == 200

    assert told["calls"] == []
    assert "apt install kamailio" in told["no_calls"]
    assert "sip-tester" in told["no_calls"]
    assert "\n" not in told["no_calls"]


def test_nobody_is_called_when_that_is_not_wanted(tmp_path: Path) -> None:
    with calling(tmp_path, "--no-calls") as running:
        running.line_with("curl -s")
        running.line_with("Ctrl-C stops it")
        running.stop()
        rest = running.line() + running.line()

    assert "call" not in rest


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def _left_of(folder: Path) -> list[str]:
    """Command lines of programs that still work in there."""
    left = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            there = (entry / "cwd").resolve()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if folder in (there, *there.parents) and command:
            left.append(command)
    return left
