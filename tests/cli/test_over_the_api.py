"""The commands that ask the API, against the real server, and the examples of their page."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from dialplane.cli import program
from parts import contract, sdk, tidy
from parts.demo import Demo
from parts.faulty_server import FaultyServer, Says, refuses
from parts.program import on_a_terminal, run, started
from parts.sip_peers import free_port
from parts.small_shell import SmallShell
from parts.terminal import Terminal

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
GIVEN_UP = "0200001001"  # the sample cancels it; nobody answers there
EXAMPLES = re.findall(r"<!-- run -->\n```sh\n(.*?)```", PAGE, re.DOTALL)

WITHOUT_A_COMMAND = {
    "server.openapi": "a document for programs: curl it",
    "server.docs": "a page for browsers",
    "server.llms_txt": "a document for programs: curl it",
    "server.metrics": "for Prometheus, which asks by itself",
}


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return {
        "DIALPLANE_URL": demo.url,
        "DIALPLANE_API_KEY": demo.key,
        "XDG_CONFIG_HOME": str(tmp_path),
        "LANG": "C.UTF-8",
    }


@pytest.fixture
def me(env: dict[str, str]) -> Terminal:
    return Terminal(env)


@pytest.fixture
def nobody(tmp_path: Path) -> Terminal:
    return Terminal({"XDG_CONFIG_HOME": str(tmp_path), "LANG": "C.UTF-8"})


def test_every_operation_has_a_command_or_a_reason() -> None:
    """Found by looking for `client.numbers.purchase` and the like in the commands."""
    text = "\n".join(each.text for each in tidy.modules() if each.within("cli"))
    used = {f"{noun}.{name}" for noun, name in re.findall(r"\.(\w+)\.(\w+)\(", text)}
    by_operation: dict[Any, set[str]] = {}
    for method in sdk.methods():
        by_operation.setdefault(method.operation, set()).add(str(method))

    missing = [names for names in by_operation.values() if not names & used]

    assert {name for names in missing for name in names} == WITHOUT_A_COMMAND.keys()
    assert len(by_operation) == len(contract.operations())


def test_the_examples_of_the_page_work_one_after_the_other(
    me: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell = SmallShell(me, tmp_path)

    for example in EXAMPLES:
        shell.run(example)

    assert len(EXAMPLES) == 5
    assert "front desk, day and night" in "".join(shell.said)


class TestLoggingIn:
    def test_a_key_that_works_is_kept_for_its_owner_only(
        self, nobody: Terminal, demo: Demo, tmp_path: Path
    ) -> None:
        said = nobody.type("login", "--url", demo.url, answers=demo.key + "\n")
        me = nobody.json("whoami")
        file = tmp_path / "dialplane" / "profiles.json"

        assert said.code == 0
        assert demo.key not in said.out + said.err
        assert (me["profile"], me["url"], me["key"]["mode"]) == ("default", demo.url, "live")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def test_a_key_that_does_not_work_is_not_kept(
        self, nobody: Terminal, demo: Demo, tmp_path: Path
    ) -> None:
        said = nobody.type("login", "--url", demo.url, answers="dp_live_nonsense\n")

        assert said.code == 1
        assert "dialplane login" in said.err
        assert not (tmp_path / "dialplane").exists()

    def test_several_logins_beside_each_other(self, nobody: Terminal, demo: Demo) -> None:
        nobody.type("login", "--url", demo.url, answers=demo.key + "\n")
        nobody.type("login", "--url", demo.url, "--profile", "sandbox", answers=demo.test_key)

        every = nobody.json("whoami", "--every")["profiles"]
        said = nobody.type("whoami", "--json", DIALPLANE_PROFILE="sandbox")

        assert [each["profile"] for each in every] == ["default", "sandbox"]
        assert said.json["key"]["mode"] == "test"

    def test_the_environment_goes_before_what_is_kept(self, nobody: Terminal, demo: Demo) -> None:
        nobody.type("login", "--url", demo.url, answers=demo.key + "\n")

        said = nobody.type(
            "whoami", "--json", DIALPLANE_URL=demo.url, DIALPLANE_API_KEY=demo.test_key
        )

        assert (said.json["profile"], said.json["key"]["mode"]) == (None, "test")

    def test_a_login_is_forgotten(self, nobody: Terminal, demo: Demo) -> None:
        nobody.type("login", "--url", demo.url, answers=demo.key + "\n")

        assert nobody.type("logout").code == 0
        assert "NOT_LOGGED_IN" in nobody.type("whoami", "--json").out
        assert nobody.type("logout").code == 1

    def test_a_login_that_is_not_there_is_not_replaced_by_another(
        self, nobody: Terminal, demo: Demo
    ) -> None:
        nobody.type("login", "--url", demo.url, answers=demo.key + "\n")

        said = nobody.type("whoami", DIALPLANE_PROFILE="prod")

        assert said.code == 1
        assert "dialplane login --profile prod" in said.err

    def test_nobody_is_asked_to_log_in(self, nobody: Terminal) -> None:
        said = nobody.type("numbers", "list", "--json")

        assert said.code == 1
        assert said.json["error"]["code"] == "NOT_LOGGED_IN"

    def test_settings_know_the_variables_and_hide_the_key(self, me: Terminal, demo: Demo) -> None:
        said = me.type("settings", "--json")

        assert said.json["unknown"] == []
        assert demo.key not in said.out


class TestAsking:
    def test_buying_tells_the_price_and_asks(self, env: dict[str, str]) -> None:
        code, seen = on_a_terminal("numbers", "buy", "07000001005", env=env, answer="n\n")

        assert code == 1
        assert "7,700 won a month" in seen
        assert "Buy 07000001005?" in seen
        assert run("numbers", "show", "07000001005", env=env).code == 1

    def test_a_yes_buys(self, env: dict[str, str]) -> None:
        code, seen = on_a_terminal("numbers", "buy", "07000001006", env=env, answer="y\n")

        assert code == 0, seen
        assert run("numbers", "show", "07000001006", "--json", env=env).json["status"] == "active"

    def test_cancelling_tells_until_when_it_works(self, env: dict[str, str]) -> None:
        code, seen = on_a_terminal("numbers", "cancel", "07000001001", env=env, answer="n\n")

        assert code == 1
        assert re.search(r"works until\S* +20\d\d-", seen)
        assert run("numbers", "show", "07000001001", "--json", env=env).json["status"] == "active"

    @pytest.mark.parametrize(
        "typed",
        [
            ("numbers", "buy", "07000001007"),
            ("numbers", "cancel", "07000001001"),
            ("agents", "delete", "예약 상담"),
            ("calls", "place", "07000001001", "01012345678"),
        ],
        ids=" ".join,
    )
    def test_without_a_terminal_nothing_is_done(self, me: Terminal, typed: tuple[str, ...]) -> None:
        said = me.type(*typed, "--json")

        assert said.code == 1
        assert said.json["error"]["code"] == "NOT_CONFIRMED"
        assert "--yes" in said.json["error"]["remedy"]

    def test_a_dry_run_does_nothing(self, me: Terminal) -> None:
        told = me.json("numbers", "buy", "07000001007", "--dry-run")

        assert [change["event"] for change in told["changes"]] == ["number.purchased"]
        assert me.type("numbers", "show", "07000001007").code == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("typed", "code", "next_step"),
        [
            (("numbers", "show", "07099999999"), "NOT_FOUND", "numbers list --every"),
            (("numbers", "show", "01927f5e-8c4a-7b1e-9d3f-000000000000"), "NOT_FOUND", "list"),
            (("numbers", "buy", "07099999999", "--yes"), "NUMBER_UNAVAILABLE", "lines search"),
            (("numbers", "map", "07000001001", "--inbound", "Nobody"), "NOT_FOUND", "agents list"),
            (("agents", "delete", "예약 상담", "--yes"), "AGENT_IN_USE", "numbers"),
            (("numbers", "revoke-cancel", "0317770100"), "PROVIDER_MISMATCH", "brought along"),
            (("clock", "advance", "1d"), "SANDBOX_ONLY", "keys create"),
            (
                ("numbers", "register", "0317770100", "sip:a.example.com"),
                "NUMBER_ALREADY_HELD",
                "show",
            ),
            (("agents", "check-flow", "/nowhere.json"), "SYSTEM_FAILED", ""),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
    )
    def test_each_says_what_to_do_next(
        self, me: Terminal, typed: tuple[str, ...], code: str, next_step: str
    ) -> None:
        said = me.type(*typed, "--json")

        assert said.code == 1
        assert said.json["error"]["code"] == code
        assert next_step in said.json["error"]["remedy"]

    def test_a_scope_that_is_missing_is_named(self, me: Terminal) -> None:
        token = me.json("keys", "create", "reader", "--scope", "read")["token"]

        said = me.type("agents", "create", "X", "--json", DIALPLANE_API_KEY=token)

        assert "write" in said.json["error"]["remedy"]

    def test_a_server_that_is_not_there(self, nobody: Terminal) -> None:
        there = {"DIALPLANE_URL": f"http://127.0.0.1:{free_port()}", "DIALPLANE_API_KEY": "k"}

        said = nobody.type("numbers", "show", "07000001001", "--json", **there)

        assert (said.code, said.json["error"]["code"]) == (1, "NO_ANSWER")

    def test_an_address_that_is_none(self, nobody: Terminal) -> None:
        said = nobody.type("numbers", "list", DIALPLANE_URL="dialplane", DIALPLANE_API_KEY="k")

        assert said.code == 1
        assert "DIALPLANE_URL" in said.err

    @pytest.mark.parametrize(
        ("answer", "code"),
        [(Says(body=b"<html>"), "UNREADABLE"), (refuses(500, "INTERNAL_ERROR"), "INTERNAL_ERROR")],
    )
    def test_a_server_that_is_another(self, nobody: Terminal, answer: Says, code: str) -> None:
        with FaultyServer(answer) as server:
            there = {"DIALPLANE_URL": server.url, "DIALPLANE_API_KEY": "k"}
            said = nobody.type("agents", "list", "--json", **there)

        assert (said.code, said.json["error"]["code"]) == (1, code)

    @pytest.mark.parametrize(
        "typed",
        [
            ("numbers", "map", "07000001001"),
            ("numbers", "sip", "0317770100"),
            ("numbers", "set-routing", "07000001001"),
            ("numbers", "set-routing", "07000001001", "--concurrent", "many"),
            ("numbers", "buy", "07000001007", "--start-at", "tomorrow", "--yes"),
            ("numbers", "list", "--status", "lost"),
            ("agents", "update", "예약 상담"),
            ("runtimes", "create", "X", "sip:a.example.com,low"),
            ("runtimes", "update", "X"),
            ("webhooks", "update", "X"),
            ("clock", "advance"),
        ],
        ids=" ".join,
    )
    def test_a_mistake_in_usage_ends_with_2(self, me: Terminal, typed: tuple[str, ...]) -> None:
        assert me.type(*typed).code == 2


class TestTheRest:
    def test_the_clock_and_calls_of_the_sandbox(self, me: Terminal, demo: Demo) -> None:
        sandbox = Terminal({**me.environment, "DIALPLANE_API_KEY": demo.test_key})
        sandbox.json("numbers", "buy", "07000000003", "--yes")
        sandbox.json("agents", "create", "Caller")
        sandbox.json("numbers", "map", "07000000003", "--inbound", "Caller", "--outbound", "Caller")
        call = sandbox.json("calls", "place", "07000000003", "01000000001", "--yes")
        sandbox.json("clock", "advance", "1h")

        (listed,) = sandbox.json("calls", "list", "--to", "01000000001")["items"]

        assert sandbox.json("calls", "show", call["id"])["disconnection_reason"] == "dial_busy"
        assert listed["id"] == call["id"]
        counts = sandbox.json("calls", "counts", "--number", "07000000003", "--by", "day")
        assert counts["totals"]["by_direction"] == {"outbound": 1}
        assert "█" * 24 in sandbox.type("calls", "counts", "--zone", "UTC").out
        assert sandbox.json("clock", "show")["offset_ms"] == 3_600_000

    def test_a_route_is_explained_by_the_api_or_by_the_database(
        self, me: Terminal, tmp_path: Path
    ) -> None:
        over_the_api = me.type("route", "explain", GIVEN_UP, "--json")
        local = {"DIALPLANE_DATA_DIR": str(tmp_path / "data")}
        beside = me.type("route", "explain", GIVEN_UP, "--database", "--json", **local)

        assert over_the_api.json["reason"] == "no_agent_mapped"
        assert beside.json["reason"] == "number_unknown"
        assert "Asked http://" in over_the_api.err

    def test_examining_a_trunk_exits_with_its_verdict(self, me: Terminal) -> None:
        said = me.type("numbers", "check", "0317770100", "--json")

        assert (said.code, said.json["verdict"]) == (1, "fail")

    def test_messages_are_in_the_language_of_the_terminal(self, me: Terminal) -> None:
        said = me.type("clock", "show", LANG="ko_KR.UTF-8")

        assert re.search("[가-힣]", said.err)

    def test_a_long_list_is_read_to_its_limit(self, me: Terminal) -> None:
        told = me.json("lines", "search", "--limit", "7")

        assert len(told["items"]) == 7 < told["total_count"]

    def test_a_dry_run_of_an_import_leaves_no_job_open(self, me: Terminal, tmp_path: Path) -> None:
        file = tmp_path / "numbers.csv"
        file.write_text("number,memo\r\n07000001001,x\r\n", encoding="utf-8")

        told = me.json("numbers", "import", str(file), "--dry-run")
        unconfirmed = me.type("numbers", "import", str(file))

        assert told["rows"]["ready"] == 1
        assert unconfirmed.code == 1
        jobs = me.json("jobs", "list")["items"][:2]
        assert [job["status"] for job in jobs] == ["cancelled", "cancelled"]

    def test_numbers_are_watched_live(self, me: Terminal, env: dict[str, str]) -> None:
        me.json("numbers", "note", "07000001001", "before")

        with started("numbers", "tail", "--last", "1", "--json", env=env) as running:
            running.line_with('"before"')
            me.json("numbers", "note", "07000001001", "watched")
            heard = json.loads(running.line_with('"watched"'))

        assert (heard["type"], heard["changes"]["memo"]["before"]) == ("number.updated", "before")


class TestCompletion:
    @pytest.mark.parametrize(
        ("words", "offered"),
        [("dialplane num", "numbers"), ("dialplane numbers rev", "revoke-cancel")],
    )
    def test_the_shell_is_offered_commands_at_each_depth(self, words: str, offered: str) -> None:
        asked = {
            "_DIALPLANE_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }

        assert run(env=asked).out.split() == [offered]

    def test_help_keeps_the_two_kinds_of_commands_apart(self) -> None:
        assert not program.USER.keys() & program.OPERATOR.keys()
        assert "On the server, without one" in run("--help", env={}).out
