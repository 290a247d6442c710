"""`dialplane demo`: what it prints works when it is pasted."""

import json
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from parts.program import Running, ask, run, started

SEED_FIELDS = [
    "id",
    "number",
    "provider",
    "status",
    "start_at",
    "created_at",
    "updated_at",
    "monthly_fee",
    "address",
    "inbound_trunk_id",
    "outbound_trunk_id",
    "inbound_agent",
    "outbound_agent",
    "memo",
    "end_at",
    "cancel_requested_at",
]
NUMBERS = "/v3/organization-telephone-numbers"
EVERY_STATUS = "?status=active&status=scheduled&status=cancel_requested&status=expired"


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[tuple[Running, Any]]:
    quiet = ("demo", "--port", "0", "--json", "--no-calls")
    with started(*quiet, *options, env={}, cwd=folder) as running:
        yield running, running.report()


def read(report: Any, path: str, *, key: str = "key") -> Any:
    port = int(report["url"].rpartition(":")[2])
    status, body = ask(port, path, token=report[key])
    assert status == 200
    return body


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is what is printed")
def test_the_printed_curl_answers_the_16_fields_of_the_seed(tmp_path: Path) -> None:
    with started("demo", "--port", "0", "--no-calls", env={}, cwd=tmp_path) as running:
        printed = running.line_with("curl -s").strip()
        answer = subprocess.run(
            ["sh", "-c", printed], capture_output=True, text=True, timeout=60, check=True
        )

    number = json.loads(answer.stdout)
    assert list(number) == SEED_FIELDS
    assert number["inbound_agent"]["agent_version"] == "production"
    assert number["status"] == "active"


def test_what_it_shows(tmp_path: Path) -> None:
    with demo(tmp_path) as (_, report):
        numbers = read(report, NUMBERS + EVERY_STATUS)["items"]
        agents = read(report, "/v3/agents")["items"]
        stock = read(report, "/v3/telephone-numbers/available?limit=100")["items"]
        sandbox = read(report, NUMBERS, key="test_key")
        runtimes = read(report, "/x/v1/runtimes")["items"]
        command = shlex.split(report["curl"])

    assert {(number["provider"], number["status"]) for number in numbers} == {
        ("vox", "active"),
        ("custom", "active"),
        ("vox", "scheduled"),
        ("vox", "cancel_requested"),
    }
    trunk = next(number for number in numbers if number["provider"] == "custom")
    assert trunk["address"] == "sip:127.0.0.1:5090"
    assert len(agents) == 2
    assert sorted(agent["production_version"] or "" for agent in agents) == ["", "v1"]
    assert {line["line_type"] for line in stock} == {
        *("mobile", "landline", "voip", "uan", "personal", "toll_free")
    }
    assert sandbox["total_count"] == 0
    assert sorted((each["name"], each["is_default"]) for each in runtimes) == [
        ("greeter", True),
        ("설문", False),
    ]
    assert command[-1] == f"{report['url']}{NUMBERS}/{report['organization_telephone_number_id']}"


def test_its_data_and_keys_are_kept_until_they_are_to_be_fresh(tmp_path: Path) -> None:
    with demo(tmp_path) as (first, one):
        assert first.stop(signal.SIGINT) == 0
    with demo(tmp_path) as (second, two):
        assert second.stop() == 0
    with demo(tmp_path, "--fresh") as (_, three):
        fresh = read(three, NUMBERS)

    same = ("key", "test_key", "organization_id", "organization_telephone_number_id")
    assert [one[name] for name in same] == [two[name] for name in same]
    assert not {one[name] for name in same} & {three[name] for name in same}
    assert fresh["total_count"] == 2
    kept = tmp_path / "dialplane-data" / "demo"
    assert (kept / "demo-keys.json").stat().st_mode & 0o077 == 0


def test_a_key_that_was_revoked_is_replaced_and_the_data_stays(tmp_path: Path) -> None:
    home = {"DIALPLANE_DATA_DIR": str(tmp_path / "dialplane-data" / "demo")}
    with demo(tmp_path) as (first, one):
        assert first.stop() == 0
    key = run("key", "list", "--json", env=home).json["keys"][0]
    run("key", "revoke", key["id"], env=home)

    with demo(tmp_path) as (_, two):
        assert read(two, NUMBERS)["total_count"] == 2

    assert two["organization_id"] == one["organization_id"]
    assert two["key"] != one["key"]


def test_two_demos_never_share_their_data(tmp_path: Path) -> None:
    with demo(tmp_path):
        second = run("demo", "--fresh", "--json", env={}, cwd=tmp_path)

    assert second.code == 1
    assert second.json["error"]["code"] == "DEMO_RUNS"


def test_it_never_touches_the_data_of_the_real_server(tmp_path: Path) -> None:
    real = {
        "DIALPLANE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/precious",
        "DIALPLANE_SECRET_KEY": "A" * 43 + "=",
        "DIALPLANE_DATA_DIR": str(tmp_path / "real"),
    }
    quiet = ("demo", "--port", "0", "--json", "--no-calls")
    with started(*quiet, env=real, cwd=tmp_path) as running:
        report = running.report()

    assert report["data_dir"] == str(tmp_path / "real" / "demo")
    assert [each.name for each in (tmp_path / "real").iterdir()] == ["demo"]
