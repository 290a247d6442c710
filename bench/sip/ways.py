"""The ways a call can take: from SIPp to SIPp, over Kamailio with a fixed target, over the edge."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.sip.calling import NoCalls, callee
from bench.sip.figures import DIRECT, EDGE, FIXED
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


class FixedTarget(Edge):
    """A Kamailio like that of the edge that asks nobody."""

    target: str = ""

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
        )
        (asked.directory / "kamailio.cfg").write_text(text)


@contextlib.contextmanager
def ways(folder: Path) -> Iterator[list[Way]]:
    """All three, running, each with somebody at its end who answers."""
    ports = {name: free_port(RUNTIME) for name in (DIRECT, FIXED, EDGE)}
    with contextlib.ExitStack() as stack:
        for port in ports.values():
            here = folder / f"callee-{port}"
            here.mkdir()
            stack.enter_context(callee(here, RUNTIME, port))
        control = ControlPlane(data_dir=folder / "control")
        stack.callback(control.stop)
        control.start()
        edge = Edge(settings=_as_shipped(folder / "edge", control))
        fixed = FixedTarget(settings=_as_shipped(folder / "fixed", control))
        fixed.target = f"{RUNTIME}:{ports[FIXED]}"
        for each in (edge, fixed):
            stack.callback(each.stop)
            each.start()
        digits = control.holds(runtimes=[f"{RUNTIME}:{ports[EDGE]}"])
        yield [
            Way(name=DIRECT, to=f"{RUNTIME}:{ports[DIRECT]}", digits=digits),
            Way(name=FIXED, to=fixed.outside, digits=digits),
            Way(name=EDGE, to=edge.outside, digits=digits, settle=lambda: _settle(edge)),
        ]


def _as_shipped(folder: Path, control: ControlPlane) -> EdgeSettings:
    settings = edge_settings(folder, control.url, control.token)
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
