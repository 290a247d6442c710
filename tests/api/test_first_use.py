"""Requests that come at once to a process that has just begun are all read."""

import subprocess
import sys

THREADS = 6
TRIES = 300

# In a process of its own, since what goes wrong ends it. Classes are new to msgspec only once, so
# that there is a new one for each try.
PROGRAM = f"""
import sys, threading
import msgspec
from dialplane.first_use import ready

sys.setswitchinterval(1e-6)
begin = threading.Barrier({THREADS})

body = {{"number": "070", "way": None, "ways": [{{"uri": "sip:a", "weight": 1}}]}}

def read(shape):
    begin.wait()
    msgspec.convert(body, ready(shape))

for turn in range({TRIES}):
    way = msgspec.defstruct("Way", [("uri", str), ("weight", int | None, None)])
    shape = msgspec.defstruct("Body", [("number", str), ("way", way | None), ("ways", list[way])])
    readers = [threading.Thread(target=read, args=(shape,)) for _ in range({THREADS})]
    for each in readers:
        each.start()
    for each in readers:
        each.join()
"""


def test_a_shape_is_read_into_by_many_at_once_the_first_time() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
