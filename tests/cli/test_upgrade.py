"""A newer program and an older one on one database; the newer one is this one and a migration."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dialplane
from conftest import Home
from parts.program import Outcome, ask, environment, run, started
from parts.terminal import Terminal


class Newer:
    """This program with more migrations, from a folder of its own."""

    def __init__(self, folder: Path, **migrations: str) -> None:
        self._folder = folder
        package = Path(dialplane.__file__).parent
        shutil.copytree(package, folder / "dialplane")
        for name, sql in migrations.items():
            place = folder / "dialplane/store/migrations" / f"{name.removeprefix('m')}.sql"
            place.write_text(sql)

    def run(self, *arguments: str, env: dict[str, str]) -> Outcome:
        program = "from dialplane.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=environment(env | {"PYTHONPATH": str(self._folder)}),
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Newer:
    return Newer(
        tmp_path_factory.mktemp("newer"),
        m9001_pre_colours="CREATE TABLE colours (id TEXT PRIMARY KEY);",
        m9002_post_carriers="ALTER TABLE carriers DROP COLUMN auth_username;",
    )


def served(home: Home) -> tuple[int, Any]:
    with started("serve", "--port", "0", "--json", env=home.environment) as running:
        return ask(int(running.report()["url"].rpartition(":")[2]), "/readyz")


@pytest.mark.parametrize("engine", ["postgres"])
def test_the_older_program_goes_on_until_the_post_step(home: Home, newer: Newer) -> None:
    before = newer.run("migrate", "--json", env=home.environment)
    still = served(home)
    told = newer.run("doctor", "--json", "--port", "0", env=home.environment)
    after = newer.run("migrate", "--post", "--json", env=home.environment)
    refused = run("serve", "--port", "0", "--json", env=home.environment)
    listed = run("org", "list", "--json", env=home.environment)

    assert [each["number"] for each in before.json["migrations"]] == [9001]
    assert "1 wait for --post" in before.remarks
    assert still == (200, {"status": "ready", "checks": {"database": "ok", "migrations": "ok"}})
    migrations = next(each for each in told.json["checks"] if each["check"] == "migrations")
    assert (migrations["verdict"], "--post" in migrations["fix"]) == ("warn", True)
    assert [each["number"] for each in after.json["migrations"]] == [9002]
    assert (refused.code, refused.json["error"]["code"]) == (1, "SCHEMA_IS_NEWER")
    assert "migration 9002" in refused.json["error"]["message"]
    assert listed.code == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_sqlite_the_newer_program_does_all_of_it_and_the_older_one_refuses(
    home: Home, newer: Newer
) -> None:
    took_over = newer.run("org", "list", "--json", env=home.environment)
    refused = run("serve", "--port", "0", "--json", env=home.environment)

    assert took_over.code == 0, took_over.err
    assert (refused.code, refused.json["error"]["code"]) == (1, "SCHEMA_IS_NEWER")
    assert "Traceback" not in refused.err


@pytest.mark.parametrize("engine", ["sqlite"])
def test_on_sqlite_a_step_that_suits_the_older_program_lets_it_back(
    home: Home, tmp_path: Path, terminal: Terminal
) -> None:
    colours = "CREATE TABLE colours (id TEXT PRIMARY KEY);"
    Newer(tmp_path / "newer", m9001_pre_colours=colours).run("migrate", env=home.environment)

    assert terminal.type("org", "list").code == 0
