"""The checks behind `make security` find what they are there for."""

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What looks like chance, yet is the same every time: one of a thousand random secrets has no digit.
LIKE_CHANCE = hashlib.shake_256(b"planted").digest(300)
LETTERS = base64.b64encode(LIKE_CHANCE).decode().replace("+", "a").replace("/", "b")
CAPITALS = base64.b32encode(LIKE_CHANCE).decode()
HEXADECIMAL = LIKE_CHANCE[:32].hex()

# Put together here, so that this file itself has none in it.
PLANTED = {
    "our key": f"dp_live_{LETTERS[:43]}",
    "our webhook secret": f"whsec_{LETTERS[:43]}",
    "a private key": "-----BEGIN EC " + f"PRIVATE KEY-----\n{LETTERS[:64]}\n",
    "AWS": f"AKIA{CAPITALS[:16]}",
    "GitHub": f"ghp_{LETTERS[:36]}",
    "Slack": f"xoxb-{LETTERS[:30]}",
    "Stripe": f"sk_live_{LETTERS[:24]}",
    "a password in an address": f"postgresql://us:{LETTERS[:20]}@db.internal/x",
    "a setting": f"DIALPLANE_SECRET_KEY={LETTERS[:43]}=",
    "a token in code": f'edge_token = "{LETTERS[:40]}"',
    "a hexadecimal secret": f"client_secret: {HEXADECIMAL}",
}


def look_into(file: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, ROOT / "tools/find_secrets.py", file],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_secret_is_found(planted: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"# Notes\n\n{PLANTED[planted]}\n")

    looked = look_into(file)

    assert looked.returncode == 1
    assert f"{file}:3: this looks like" in looked.stdout
    assert LETTERS[:16] not in looked.stdout  # or it would stand in the log of the check


def test_what_is_made_up_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "examples.md"
    file.write_text(
        "Authorization: Bearer dp_live_...\n"
        f"token = 'dp_live_{'z' * 43}'\n"
        "auth_password: str | None = msgspec.field(default=None, name='auth_password')\n"
        "postgresql://user:password@host/database\n"
    )

    assert look_into(file).returncode == 0


def test_code_that_asks_for_trouble_is_found(tmp_path: Path) -> None:
    (tmp_path / "trouble.py").write_text(
        "import subprocess\nsubprocess.run(input(), shell=True)\n", encoding="utf-8"
    )

    found = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--recursive", tmp_path, "-ll", "-ii"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 1
    assert "B602" in found.stdout


def test_where_nobody_tells_of_advisories_that_is_said_and_not_hidden(tmp_path: Path) -> None:
    away = {"HTTPS_PROXY": "http://127.0.0.1:9", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    env = os.environ | away | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}

    def asked(**more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "tools/audit_dependencies.py"],
            cwd=ROOT, env=env | more, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert (asked().returncode, "NOT CHECKED" in asked().stdout) == (0, True)
    assert asked(DIALPLANE_ADVISORIES="required").returncode == 1
