"""`dialplane org`: the operator makes and lists tenants."""

import pytest

from parts.terminal import Terminal


class TestCreate:
    def test_a_name_is_enough(self, terminal: Terminal) -> None:
        made = terminal.json("org", "create", "한빛 여행사")["organization"]

        assert made["name"] == "한빛 여행사"
        assert terminal.json("org", "list") == {"organizations": [made]}

    def test_it_says_what_to_do_next(self, terminal: Terminal) -> None:
        said = terminal.type("org", "create", "Acme")

        organization_id = terminal.json("org", "list")["organizations"][0]["id"]
        assert f"dialplane key create --org {organization_id}" in said.err
        assert organization_id in said.out

    @pytest.mark.parametrize("name", ["", "   ", "x" * 101])
    def test_a_name_has_1_to_100_characters(self, terminal: Terminal, name: str) -> None:
        said = terminal.type("org", "create", name)

        assert said.code == 2
        assert "1 to 100 characters" in said.remarks
        assert terminal.json("org", "list") == {"organizations": []}


class TestList:
    def test_an_empty_one_says_how_to_begin(self, terminal: Terminal) -> None:
        said = terminal.type("org", "list")

        assert said.out == ""
        assert "dialplane org create" in said.err

    def test_sandboxes_are_no_organizations(self, terminal: Terminal) -> None:
        terminal.type("org", "create", "Acme")
        terminal.type("key", "create", "--org", "Acme", "--test")

        assert len(terminal.json("org", "list")["organizations"]) == 1
