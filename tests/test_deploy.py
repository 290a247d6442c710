"""What `deploy/` names exists: commands, settings, services, files."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from dialplane.cli.known_settings import every_setting
from parts.program import run

DEPLOY = Path(__file__).parents[1] / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"] == "dialplane"}
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {each.variable for each in every_setting({})}
BALANCER = {"DIALPLANE_BIND", "DIALPLANE_NODE_1", "DIALPLANE_NODE_2", "DIALPLANE_NODE_3"}

A_UNIT = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
AN_EXAMPLE = pytest.mark.parametrize(
    "example", sorted(DEPLOY.rglob("*.env.example")), ids=lambda example: example.name
)


def commands_of(unit: Path) -> list[list[str]]:
    lines = re.findall(r"^ExecStart(?:Pre)?=\S*/dialplane (.+)$", unit.read_text(), re.MULTILINE)
    return [shlex.split(line) for line in lines]


def check_command(words: list[str]) -> None:
    """It and its options are known; `--help` keeps it from doing anything."""
    told = run(*words, "--help", env={})
    assert told.code == 0, told.err
    assert [word for word in words if word.startswith("--") and word not in told.out] == []


@A_UNIT
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    commands = commands_of(unit)

    assert commands
    for words in commands:
        check_command(words)


@A_UNIT
def test_every_unit_has_an_example_of_its_environment(unit: Path) -> None:
    (named,) = re.findall(r"^EnvironmentFile=/etc/dialplane/(\S+)$", unit.read_text(), re.MULTILINE)

    assert (DEPLOY / "systemd" / f"{named}.example").exists()


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_service_runs_a_command_that_exists(service: str) -> None:
    check_command(OURS[service]["command"])


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_service_sets_what_can_be_set(service: str) -> None:
    assert set(OURS[service].get("environment", {})) <= KNOWN


@AN_EXAMPLE
def test_every_example_sets_what_can_be_set(example: Path) -> None:
    variables = set(re.findall(r"^(DIALPLANE_\w+)=", example.read_text(), re.MULTILINE))

    assert variables
    assert variables <= KNOWN


def test_the_example_for_compose_has_every_value_it_asks_for() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?\}", (DEPLOY / "compose.yaml").read_text()))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))

    assert asked == given


def test_the_balancer_is_told_every_address_it_asks_for() -> None:
    asked = set(re.findall(r"\$(DIALPLANE_\w+)", (DEPLOY / "haproxy.cfg").read_text()))

    assert asked == BALANCER == set(COMPOSE["services"]["balancer"]["environment"])
