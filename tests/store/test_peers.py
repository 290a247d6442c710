"""Peers are found by indexes: of numbers there are many, of their trunks few."""

from typing import LiteralString

import pytest

from dialplane.store import peers
from dialplane.store.database import Database
from parts.walks import ON_ONE_ENGINE


@ON_ONE_ENGINE
@pytest.mark.parametrize("statement", [peers.DUE, peers.TO_PING], ids=["due", "to_ping"])
def test_trunks_are_found_without_looking_at_every_number(
    database: Database, statement: LiteralString
) -> None:
    with database.reading() as db:
        plan = db.all("EXPLAIN QUERY PLAN " + statement, before=0, after="", limit=1)

    steps = [row["detail"] for row in plan if " telephone_numbers " in row["detail"]]
    assert len(steps) > 1
    assert [step for step in steps if "realm=? AND address_uri" not in step] == []
