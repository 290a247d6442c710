"""`dialplane key`: tokens are told once; keys end, rotate and are listed without them."""

import re
import time
from typing import Any

import pytest

from dialplane.domain.values import DAY_MS
from parts.terminal import Terminal

TOKEN = re.compile(r"dp_(live|test)_[0-9A-Za-z]{43}")


@pytest.fixture
def acme(terminal: Terminal) -> str:
    organization_id: str = terminal.json("org", "create", "Acme")["organization"]["id"]
    return organization_id


def in_days(at: int) -> float:
    return round((at - time.time() * 1000) / DAY_MS, 2)


class TestCreate:
    def test_the_organization_goes_by_id_or_name(self, terminal: Terminal, acme: str) -> None:
        by_id = terminal.json("key", "create", "--org", acme)
        by_name = terminal.json("key", "create", "--org", "Acme")

        assert by_id["key"]["organization_id"] == by_name["key"]["organization_id"] == acme

    def test_it_reads_and_writes_unless_said_otherwise(self, terminal: Terminal, acme: str) -> None:
        made = terminal.json("key", "create", "--org", acme)

        assert made["key"] == {
            "id": made["key"]["id"],
            "organization_id": acme,
            "name": "default",
            "mode": "live",
            "scopes": ["read", "write"],
            "prefix": made["token"][:12],
            "created_at": made["key"]["created_at"],
            "expires_at": None,
            "last_used_at": None,
            "revoked_at": None,
        }
        assert TOKEN.fullmatch(made["token"])

    def test_everything_can_be_said(self, terminal: Terminal, acme: str) -> None:
        made = terminal.json(
            *("key", "create", "--org", acme, "--name", "backend", "--test"),
            *("--scope", "admin", "--scope", "read", "--expires-in", "30d"),
        )

        assert made["key"]["name"] == "backend"
        assert made["key"]["mode"] == "test"
        assert made["key"]["scopes"] == ["admin", "read"]
        assert in_days(made["key"]["expires_at"]) == 30
        assert made["token"].startswith("dp_test_")

    def test_the_token_is_on_stdout_once_and_nowhere_else(
        self, terminal: Terminal, acme: str
    ) -> None:
        said = terminal.type("key", "create", "--org", acme)

        assert len(TOKEN.findall(said.out)) == 1
        assert not TOKEN.search(said.err)
        assert "cannot be shown again" in said.err
        listed = terminal.type("key", "list")
        assert not TOKEN.search(listed.out + listed.err)

    @pytest.mark.parametrize("span", ["30", "30y", "-1d", "d", "1 d", "", "9999999d"])
    def test_a_span_that_is_none_is_a_mistake_in_usage(
        self, terminal: Terminal, acme: str, span: str
    ) -> None:
        said = terminal.type("key", "create", "--org", acme, f"--expires-in={span}")

        assert said.code == 2
        assert "like 90s, 15m, 24h, 30d or 2w" in said.remarks

    def test_an_unknown_organization_is_named_with_the_next_step(self, terminal: Terminal) -> None:
        said = terminal.type("key", "create", "--org", "Nobody", "--json")

        assert said.code == 1
        assert said.json["error"]["code"] == "NOT_FOUND"
        assert "'Nobody'" in said.err
        assert "dialplane org create" in said.err

    def test_a_name_two_organizations_share_has_to_be_an_id(
        self, terminal: Terminal, acme: str
    ) -> None:
        terminal.type("org", "create", "Acme")

        said = terminal.type("key", "create", "--org", "Acme")

        assert said.code == 1
        assert acme in said.err
        assert terminal.json("key", "list") == {"keys": []}


class TestList:
    def test_it_tells_whose_they_are_and_can_keep_to_one(
        self, terminal: Terminal, acme: str
    ) -> None:
        terminal.type("org", "create", "Globex")
        terminal.type("key", "create", "--org", "Globex")
        made = terminal.json("key", "create", "--org", acme, "--test")["key"]

        assert terminal.json("key", "list", "--org", acme) == {"keys": [made]}
        assert len(terminal.json("key", "list")["keys"]) == 2

    def test_more_than_a_page_of_them_are_all_there(
        self, terminal: Terminal, acme: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dialplane.cli.key.PAGE", 2)
        made = [terminal.json("key", "create", "--org", acme)["key"]["id"] for _ in range(5)]

        listed = [each["id"] for each in terminal.json("key", "list")["keys"]]

        assert sorted(listed) == sorted(made)


class TestRevoke:
    def test_it_ends_the_key_and_may_be_repeated(self, terminal: Terminal, acme: str) -> None:
        made = terminal.json("key", "create", "--org", acme)["key"]

        revoked = terminal.json("key", "revoke", made["id"])["key"]
        again = terminal.json("key", "revoke", made["id"])["key"]

        assert revoked["revoked_at"] is not None
        assert again == revoked
        assert "revoked" in terminal.type("key", "list").out

    @pytest.mark.parametrize("command", ["revoke", "rotate"])
    def test_an_unknown_key_is_told(self, terminal: Terminal, acme: str, command: str) -> None:
        said = terminal.type("key", command, acme)

        assert said.code == 1
        assert "dialplane key list" in said.err


class TestRotate:
    def test_the_old_key_works_on_for_the_overlap(self, terminal: Terminal, acme: str) -> None:
        old = terminal.json("key", "create", "--org", acme, "--scope", "read", "--name", "a")["key"]

        new = terminal.json("key", "rotate", old["id"], "--overlap", "2d")

        assert (new["key"]["name"], new["key"]["scopes"]) == ("a", ["read"])
        assert new["key"]["id"] != old["id"]
        assert TOKEN.fullmatch(new["token"])
        assert in_days(_by_id(terminal, old["id"])["expires_at"]) == 2

    def test_the_overlap_is_a_day_unless_said_otherwise(
        self, terminal: Terminal, acme: str
    ) -> None:
        old = terminal.json("key", "create", "--org", acme)["key"]

        terminal.type("key", "rotate", old["id"])

        assert in_days(_by_id(terminal, old["id"])["expires_at"]) == 1

    def test_the_overlap_is_at_most_thirty_days(self, terminal: Terminal, acme: str) -> None:
        old = terminal.json("key", "create", "--org", acme)["key"]

        assert terminal.type("key", "rotate", old["id"], "--overlap", "31d").code == 2

    def test_a_key_that_has_ended_is_not_rotated(self, terminal: Terminal, acme: str) -> None:
        old = terminal.json("key", "create", "--org", acme)["key"]
        terminal.type("key", "revoke", old["id"])

        said = terminal.type("key", "rotate", old["id"], "--json")

        assert said.code == 1
        assert said.json["error"]["code"] == "KEY_INACTIVE"


def _by_id(terminal: Terminal, key_id: str) -> dict[str, Any]:
    return next(key for key in terminal.json("key", "list")["keys"] if key["id"] == key_id)
