"""The ways a call can take: from SIPp to SIPp, over Kamailio alone, over the edge."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench.sip.calling import NoCalls, callee
from bench.sip.constant import answer, constant
from bench.sip.figures import ALONE, ASKING, DIRECT, EDGE, FIXED
from dialplane.edge.kamailio.launch import SHARED_MEMORY_MB
from dialplane.edge.kamailio.render import ConfigurationText
from dialplane.edge.kamailio.settings import EdgeSettings
from parts.control_plane import ControlPlane
from parts.edge_process import ADDRESS, Edge, edge_settings
from parts.sip_peers import RUNTIME, free_port

TEMPLATE = Path(__file__).with_name("fixed.cfg.tmpl")
SETTLES_WITHIN_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where to call, which digits, and what has to be over before somebody else has a turn."""

    name: str
    to: str
    digits: str
    settle: Callable[[], None] = lambda: None


@dataclass(kw_only=True)
class FixedTarget(Edge):
    """A Kamailio like that of the edge, which asks nobody or does not care for the answer."""

    target: str
    asks: bool = False

    def lay_out(self) -> None:
        asked = self.settings
        asked.directory.mkdir(parents=True, exist_ok=True)
        text = ConfigurationText(TEMPLATE.read_text()).substitute(
            sip_workers=asked.sip_workers,
            module_path=asked.module_path,
            no_reply_ms=asked.no_reply_ms,
            keep_alive_s=asked.keep_alive_s,
            address=ADDRESS,
            outside=asked.outside.udp_port,
            inside=asked.inside.udp_port,
            target=self.target,
            switches="#!define ASKS" if self.asks else "",
            control_url=asked.control_url,
            question_workers=asked.question_workers,
        )
        (asked.directory / "kamailio.cfg").write_text(text)


@contextlib.contextmanager
def ways(folder: Path) -> Iterator[list[Way]]:
    """All of them, running, each with somebody at its end who answers."""
    ends = {
        name: f"{RUNTIME}:{free_port(RUNTIME)}" for name in (DIRECT, FIXED, ASKING, ALONE, EDGE)
    }
    with contextlib.ExitStack() as stack:
        for end in ends.values():
            here = folder / end
            here.mkdir()
            stack.enter_context(callee(here, *end.split(":")))
        control = ControlPlane(data_dir=folder / "control")
        stack.callback(control.stop)
        control.start()
        digits = {name: control.holds(runtimes=[ends[name]]) for name in (ALONE, EDGE)}
        said = answer(control, digits[ALONE])
        url = stack.enter_context(constant(folder / "constant", said))
        settings = {
            name: _as_shipped(folder / place, url, control.token)
            for name, place in ((FIXED, "fixed"), (ASKING, "asking"), (ALONE, "alone"))
        }
        kamailios: dict[str, Edge] = {
            FIXED: FixedTarget(settings=settings[FIXED], target=ends[FIXED]),
            ASKING: FixedTarget(settings=settings[ASKING], target=ends[ASKING], asks=True),
            ALONE: Edge(settings=settings[ALONE]),
            EDGE: Edge(settings=_as_shipped(folder / "edge", control.url, control.token)),
        }
        for each in kamailios.values():
            each.shared_memory_mb = SHARED_MEMORY_MB
            stack.callback(each.stop)
            each.start()
        yield [Way(name=DIRECT, to=ends[DIRECT], digits=digits[EDGE])] + [
            Way(
                name=name,
                to=each.outside,
                digits=digits.get(name, digits[EDGE]),
                settle=partial(_settle, each) if name in digits else lambda: None,
            )
            for name, each in kamailios.items()
        ]


def _as_shipped(folder: Path, url: str, token: str) -> EdgeSettings:
    settings = edge_settings(folder, url, token)
    shipped = type(settings).__dataclass_fields__
    return replace(
        settings,
        sip_workers=shipped["sip_workers"].default,
        question_workers=shipped["question_workers"].default,
    )


def _settle(edge: Edge) -> None:
    """Until everything of the calls has been told, so that nobody else's calls pay for it."""
    deadline = time.monotonic() + SETTLES_WITHIN_S
    time.sleep(0.3)
    while edge.spooled():
        if time.monotonic() > deadline:
            raise NoCalls("the edge does not get rid of its news")
        time.sleep(0.1)
