"""The edge cuts the usual answer at its quotes: it has to come in the order that is cut."""

import re

from dialplane.edge.kamailio.render import TEMPLATES
from parts.callable import given_calls_go_through
from parts.edge_client import EdgeClient
from parts.world import World


def the_text_the_edge_puts_together() -> str:
    """As a regular expression for its variables."""
    script = (TEMPLATES / "decide.cfg.tmpl").read_text()
    holding, beginning, rest = re.findall(r"= \$_s\((.*:.*)\);", script)[:3]
    text = rest.replace("$var(text)", beginning).replace("$var(holding)", holding)
    return ".*?".join(map(re.escape, re.split(r"\$var\(\w+\)", text)))


def test_an_answer_with_one_target_comes_as_the_edge_cuts_it(
    world: World, edge: EdgeClient
) -> None:
    given_calls_go_through(world)

    answer = edge.send("/inbound", {**edge.question(), "called": "07011112222"}).text

    assert re.fullmatch(the_text_the_edge_puts_together(), answer)
