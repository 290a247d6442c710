"""`dialplane doctor`: each thing that keeps an installation from working, planted and found."""

import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from dialplane.store.opening import SQLITE_FILE
from dialplane.store.secret_box import KEY_FILE, new_key
from parts import sip_peers
from parts.terminal import Terminal


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def free_port() -> str:
    return str(sip_peers.free_port())


@pytest.fixture
def healthy(home: Any) -> Any:
    """A home that has served before."""
    key = home.data_dir / KEY_FILE
    key.write_text(new_key())
    key.chmod(0o600)
    return home


def findings(terminal: Terminal, port: str, **variables: str) -> dict[str, dict[str, Any]]:
    said = terminal.type("doctor", "--port", port, "--json", **variables)
    told = {each["check"]: each for each in said.json["checks"]}
    assert said.code == (1 if any(each["verdict"] == "fail" for each in told.values()) else 0)
    return told


def test_a_healthy_one_passes(healthy: Any, terminal: Terminal, free_port: str) -> None:
    del healthy

    told = findings(terminal, free_port)

    checks = ("settings", "data directory", "database", "migrations", "secret key", "clock", "port")
    assert {told[check]["verdict"] for check in checks} == {"pass"}


def test_one_that_is_not_there_yet_passes(
    empty_terminal: Terminal, free_port: str, empty_home: Any
) -> None:
    told = findings(empty_terminal, free_port)

    assert "to be made" in told["database"]["found"]
    assert not empty_home.data_dir.exists()


def test_people_are_told_with_the_fix(healthy: Any, terminal: Terminal, free_port: str) -> None:
    (healthy.data_dir / KEY_FILE).chmod(0o644)

    said = terminal.type("doctor", "--port", free_port)

    assert said.code == 1
    assert "fail  secret key" in said.out
    assert f"chmod 600 {healthy.data_dir / KEY_FILE}" in said.out


def test_a_misspelt_variable(healthy: Any, terminal: Terminal, free_port: str) -> None:
    del healthy

    told = findings(terminal, free_port, DIALPLANE_DATBASE_URL="x")

    assert told["settings"]["verdict"] == "warn"
    assert "DIALPLANE_DATBASE_URL" in told["settings"]["found"]


def test_a_setting_nobody_understands(terminal: Terminal, free_port: str) -> None:
    assert findings(terminal, free_port, DIALPLANE_THREADS="x")["settings"]["verdict"] == "fail"


def test_a_data_directory_that_is_a_file(
    terminal: Terminal, free_port: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    told = findings(terminal, free_port, DIALPLANE_DATA_DIR=str(tmp_path / "file"))

    assert told["data directory"]["verdict"] == "fail"


def test_a_database_that_is_none(healthy: Any, terminal: Terminal, free_port: str) -> None:
    (healthy.data_dir / SQLITE_FILE).write_bytes(b"no database" * 100)

    told = findings(terminal, free_port)

    assert told["database"]["verdict"] == "fail"
    assert "not a database" in told["database"]["found"]


def test_a_server_out_of_reach(terminal: Terminal, free_port: str) -> None:
    url = "postgresql://us:planted-secret@127.0.0.1:1/x"

    told = findings(terminal, free_port, DIALPLANE_DATABASE_URL=url)

    assert told["database"]["verdict"] == "fail"
    assert "planted-secret" not in str(told)


def test_a_database_of_a_newer_program(healthy: Any, terminal: Terminal, free_port: str) -> None:
    database = healthy.open()
    with database.writing() as db:
        db.run("INSERT INTO schema_migrations (number, name, applied_at) VALUES (9999, 'x', 0)")
    database.close()

    assert findings(terminal, free_port)["migrations"]["verdict"] == "fail"
    said = terminal.type("org", "list", "--json")
    assert said.json["error"]["code"] == "SCHEMA_IS_NEWER"


def test_another_key_than_the_database_knows(
    healthy: Any, terminal: Terminal, free_port: str
) -> None:
    findings(terminal, free_port)
    (healthy.data_dir / KEY_FILE).write_text(new_key())

    assert findings(terminal, free_port)["secret key"]["verdict"] == "fail"


def test_a_key_that_is_none(healthy: Any, terminal: Terminal, free_port: str) -> None:
    (healthy.data_dir / KEY_FILE).write_text("nonsense")

    assert findings(terminal, free_port)["secret key"]["verdict"] == "fail"


def test_a_key_that_is_gone(healthy: Any, terminal: Terminal, free_port: str) -> None:
    (healthy.data_dir / KEY_FILE).unlink()

    assert findings(terminal, free_port)["secret key"]["verdict"] == "warn"


def test_a_clock_behind_the_last_write(healthy: Any, terminal: Terminal, free_port: str) -> None:
    tomorrow = time.time() + 86_400
    os.utime(healthy.data_dir / SQLITE_FILE, (tomorrow, tomorrow))

    assert findings(terminal, free_port)["clock"]["verdict"] == "fail"


def test_a_port_somebody_else_has(healthy: Any, terminal: Terminal) -> None:
    del healthy
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        somebody.settimeout(0.1)
        port = str(somebody.getsockname()[1])
        told = findings(terminal, port)

    assert told["port"]["verdict"] == "fail"


def test_programs_for_calls_are_only_hints(
    healthy: Any, terminal: Terminal, free_port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del healthy
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    told = findings(terminal, free_port)

    assert told["kamailio"]["verdict"] == told["sipp"]["verdict"] == "warn"
    assert told["sipp"]["fix"] == "apt-get install sip-tester"
