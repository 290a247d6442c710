"""`dialplane backup` and `restore`: everything in one file, and back."""

import os
import shutil
import sqlite3
import subprocess
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest

from builders import NUMBERS, REGISTER
from conftest import Home
from dialplane.store.opening import SQLITE_FILE
from dialplane.store.secret_box import KEY_FILE
from parts.client import Client
from parts.postgres import PostgresServer, client_program
from parts.program import run
from parts.server import given_two_organizations, serving
from parts.walks import ON_ONE_ENGINE

LOGIN = {"auth_username": "acme", "auth_password": "swordfish"}


def given(home: Home) -> None:
    database = home.open()
    given_two_organizations(database)
    database.close()


def register(acme: Client, n: int) -> int:
    body = {"number": f"0706{n:07}", "address": "sip:t.example.com"} | LOGIN
    return acme.post(REGISTER, body).status


def another(tmp_path: Path, name: str = "another") -> Home:
    return Home(url="", data_dir=tmp_path / name)


def total(home: Home) -> int:
    with serving(home) as server, server.client() as acme:
        count: int = acme.get(NUMBERS).json["total_count"]
        return count


@ON_ONE_ENGINE
class TestSqlite:
    def test_it_is_whole_while_the_server_writes(self, home: Home, tmp_path: Path) -> None:
        given(home)
        file, stop = tmp_path / "backup.tar", threading.Event()
        acknowledged: list[int] = []

        with serving(home) as server, server.client() as acme:

            def write_on() -> None:
                n = 0
                while not stop.is_set():
                    assert register(acme, n) == 200
                    n += 1
                    acknowledged.append(n)

            writer = threading.Thread(target=write_on)
            writer.start()
            while len(acknowledged) < 20:
                pass
            before = len(acknowledged)
            made = run("backup", str(file), "--json", env=home.environment)
            stop.set()
            writer.join()

        assert made.code == 0, made.err
        assert file.stat().st_mode & 0o777 == 0o600
        restored = another(tmp_path)
        assert run("restore", str(file), env=restored.environment).code == 0
        assert before <= total(restored) <= len(acknowledged)
        assert run("audit", "verify", env=restored.environment).code == 0
        status = run("secrets", "status", "--json", env=restored.environment).json
        assert [key["seals"] for key in status["keys"]] == [True]

    def test_nothing_is_ever_written_over(self, home: Home, tmp_path: Path) -> None:
        given(home)
        file = tmp_path / "backup.tar"
        run("backup", str(file), env=home.environment)
        before = file.read_bytes()

        again = run("backup", str(file), "--json", env=home.environment)
        onto = run("restore", str(file), "--json", env=home.environment)

        assert (again.code, again.json["error"]["code"]) == (1, "FILE_EXISTS")
        assert (onto.code, onto.json["error"]["code"]) == (1, "FILE_EXISTS")
        assert file.read_bytes() == before
        assert sorted(tmp_path.glob("*.part")) == []

    def test_without_the_key_that_is_said_loudly_and_asked_for(
        self, home: Home, tmp_path: Path
    ) -> None:
        given(home)
        with serving(home) as server, server.client() as acme:
            register(acme, 1)
        file, restored = tmp_path / "backup.tar", another(tmp_path)

        made = run("backup", str(file), "--without-key", "--json", env=home.environment)
        refused = run("restore", str(file), "--json", env=restored.environment)
        ring = (home.data_dir / KEY_FILE).read_text().strip()
        wrong = restored.environment | {"DIALPLANE_SECRET_KEY": "C" * 43 + "="}
        other = run("restore", str(file), "--json", env=wrong)
        right = restored.environment | {"DIALPLANE_SECRET_KEY": ring}
        done = run("restore", str(file), "--json", env=right)

        assert "NOT in it" in made.remarks
        assert (refused.code, refused.json["error"]["code"]) == (1, "KEY_NEEDED")
        assert (other.code, other.json["error"]["code"]) == (1, "WRONG_SECRET_KEY")
        assert done.code == 0, done.err
        with tarfile.open(file) as tar:
            assert sorted(tar.getnames()) == ["backup.json", SQLITE_FILE]

    def test_a_damaged_one_leaves_nothing_behind(self, home: Home, tmp_path: Path) -> None:
        given(home)
        file, restored = tmp_path / "backup.tar", another(tmp_path)
        run("backup", str(file), env=home.environment)
        whole = file.read_bytes()

        for spoilt in (
            whole[: len(whole) // 2],
            whole.replace(b"Globex", b"Glubex"),
            b"no backup",
            b"",
        ):
            file.write_bytes(spoilt)
            said = run("restore", str(file), "--json", env=restored.environment)

            assert (said.code, said.json["error"]["code"]) == (1, "BAD_BACKUP")
            assert list(restored.data_dir.iterdir()) == []

    def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(
        self, home: Home, tmp_path: Path
    ) -> None:
        given(home)
        with sqlite3.connect(home.data_dir / SQLITE_FILE) as db:
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("UPDATE api_keys SET organization_id = 'nobody'")
        db.close()
        file = tmp_path / "backup.tar"

        said = run("backup", str(file), "--json", env=home.environment)

        assert (said.code, said.json["error"]["code"]) == (1, "NOT_WHOLE")
        assert not file.exists()


@pytest.mark.parametrize("engine", ["postgres"])
def test_on_postgres_the_commands_of_the_page_do_it(
    home: Home, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    given(home)
    with serving(home) as server, server.client() as acme:
        register(acme, 1)
        said = run("backup", str(tmp_path / "x"), "--json", env=home.environment)
        dump = tmp_path / "dialplane.dump"
        _do(client_program("pg_dump"), "--format=custom", f"--file={dump}", home.url)
    fresh = postgres_server.create()
    _do(
        client_program("pg_restore"),
        "--no-owner",
        "--exit-on-error",
        f"--dbname={fresh}",
        str(dump),
    )
    restored = Home(url=fresh, data_dir=tmp_path / "restored")
    restored.data_dir.mkdir()
    shutil.copy(home.data_dir / KEY_FILE, restored.data_dir)

    assert (said.code, said.json["error"]["code"]) == (1, "NOT_SQLITE")
    assert total(restored) == 1
    assert run("audit", "verify", env=restored.environment).code == 0
    postgres_server.drop(fresh)


def _do(program: str, *arguments: str) -> Any:
    subprocess.run([program, *arguments], env=dict(os.environ), check=True, capture_output=True)
