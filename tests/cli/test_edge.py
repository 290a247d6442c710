"""`dialplane edge`: what an operator sets is what Kamailio is given."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from parts.program import Outcome, run

TOKENS = {"DIALPLANE_EDGE_TOKEN": "of-the-edge", "DIALPLANE_EDGE_ADMIN_TOKEN": "of-the-operator"}


def rendered(directory: Path, variables: Mapping[str, str]) -> Outcome:
    where = {"DIALPLANE_EDGE_DIRECTORY": str(directory)}
    return run("edge", "render", "--json", env=TOKENS | where | variables)


def test_how_long_it_waits_can_be_set(tmp_path: Path) -> None:
    waits = {"DIALPLANE_EDGE_QUESTION_TIMEOUT_S": "3", "DIALPLANE_EDGE_NO_REPLY_MS": "4500"}

    assert rendered(tmp_path, waits).code == 0

    modules = (tmp_path / "modules.cfg").read_text()
    assert '"control=>http://127.0.0.1:8080;timeout=3"' in modules
    assert 'modparam("tm", "fr_timer", 4500)' in modules
    assert '"4500"' in (tmp_path / "targets.cfg").read_text()


@pytest.mark.parametrize(
    ("variable", "value", "possible"),
    [
        ("DIALPLANE_EDGE_QUESTION_TIMEOUT_S", "0", "from 1 to 30"),
        ("DIALPLANE_EDGE_QUESTION_TIMEOUT_S", "31", "from 1 to 30"),
        ("DIALPLANE_EDGE_NO_REPLY_MS", "2", "from 500 to 32000"),
        ("DIALPLANE_EDGE_NO_REPLY_MS", "32001", "from 500 to 32000"),
    ],
)
def test_waiting_for_ever_or_for_nobody_is_refused(
    tmp_path: Path, variable: str, value: str, possible: str
) -> None:
    refused = rendered(tmp_path, {variable: value})

    assert refused.code == 1
    assert f"{variable} has to be {possible}" in refused.json["error"]["message"]
    assert not list(tmp_path.iterdir())
