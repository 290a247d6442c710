"""Ids: nobody gets one twice."""

import subprocess
import sys
from typing import Final
from uuid import UUID

from dialplane.domain.values import Millis
from dialplane.operations.ids import new_id

NOW: Final[Millis] = 1_767_225_600_000
MANY: Final = 1_000

_FORKED = f"""
import os
from dialplane.operations.ids import new_id

new_id({NOW})
forked = os.fork()
os.write(1, (new_id({NOW}) + "\\n").encode())
if forked:
    os.waitpid(forked, 0)
"""


def test_each_is_another_one_made_at_that_millisecond() -> None:
    made = {new_id(NOW) for _ in range(MANY)}

    assert len(made) == MANY
    assert {(UUID(each).version, UUID(each).variant) for each in made} == {
        (7, "specified in RFC 4122")
    }
    assert {UUID(each).int >> 80 for each in made} == {NOW}


def test_a_forked_process_makes_others() -> None:
    program = [sys.executable, "-c", _FORKED]

    told = subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()

    assert len(set(told)) == 2
