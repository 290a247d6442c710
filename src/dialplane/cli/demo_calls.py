"""One real call in and one real call out, placed by the demo once it serves."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import RenderableType
from rich.text import Text

from dialplane.cli import greeter, sample
from dialplane.cli.demo_cast import (
    HOST,
    OURS,
    SCENARIOS,
    Cast,
    NotOnStage,
    answers_over_tcp,
    answers_over_udp,
    missing,
)
from dialplane.cli.terminal import Report, facts_table, show, table

SOMEBODY: Final = "01012345678"
PATIENCE_S: Final = 30.0
# Over UDP, messages overtake each other on a busy machine; one that comes too early comes again.
SIPP: Final = ("sipp", "-i", HOST, "-nostdin", "-default_behaviors", "all,-abortunexp")
OVER: Final = frozenset({"ended", "error", "canceled", "not_connected"})

Told = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Those of the documentation where they are free."""

    outside: int
    inside: int
    admin: int
    runtime: int
    dialer: int
    trunk: int


class Stage:
    """The demo's server, seen as its users see it, and the programs around it."""

    def __init__(self, cast: Cast, *, url: str, key: str, edge_token: str) -> None:
        self._cast = cast
        self._url = url
        self._edge_token = edge_token
        self._api = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"},
            timeout=10,
        )

    def play(self) -> None:
        """Place both calls and tell how they went; what goes wrong is told, too."""
        if (lack := missing()) is not None:
            return show(_without_calls(f"No calls {lack}"))
        try:
            number, ports = self._set()
            self._call_in(number, ports)
            self._call_out(number)
            told = [self._told(number, direction) for direction in ("inbound", "outbound")]
        except (NotOnStage, httpx.HTTPError) as trouble:
            return None if self._cast.over else show(_without_calls(f"No calls: {trouble}"))
        return show(_report(told, f"sip:{number['number']}@{HOST}:{ports.outside}"))

    def _set(self) -> tuple[Told, Ports]:
        """Everybody in their places: the number's trunk and its runtime are on this machine."""
        number = self._number()
        wanted = {"outside": 5060, "inside": 5070, "admin": 8089}
        wanted |= {"runtime": greeter.PORT, "dialer": 5085, "trunk": sample.TRUNK_PORT}
        ports = Ports(**{name: self._cast.port_near(port) for name, port in wanted.items()})
        self._point(number, ports)
        self._enter_edge(ports)
        own = ("--address", HOST, "--port", str(ports.runtime))
        self._cast.enter("greeter", (*OURS, "greeter", *own))
        self._cast.enter("dialer", (*OURS, "dialer", "run"), self._dialer_settings(ports))
        trunk = (*SIPP, "-sf", str(SCENARIOS / "trunk.xml"), "-p", str(ports.trunk))
        self._cast.enter("trunk", trunk)
        self._cast.wait_for("edge", partial(answers_over_tcp, ports.admin))
        for name, port in (
            ("greeter", ports.runtime),
            ("trunk", ports.trunk),
            ("dialer", ports.dialer),
        ):
            self._cast.wait_for(name, partial(answers_over_udp, port))
        return number, ports

    def _number(self) -> Told:
        """A number with a trunk of its own; the sample has one."""
        path = "/v3/organization-telephone-numbers"
        held = self._get(path, provider="custom")["items"]
        for number in held:
            if number["address"] and number["inbound_agent"] and number["outbound_agent"]:
                return dict(number)
        raise NotOnStage("no number with a trunk and agents is left; --fresh makes one")

    def _point(self, number: Told, ports: Ports) -> None:
        address = f"sip:{HOST}:{ports.trunk}"
        if number["address"] != address:
            path = f"/v3/organization-telephone-numbers/{number['id']}/sip"
            change = {"address": address, "auth_password": sample.TRUNK_LOGIN[1]}
            self._send("PATCH", path, change)
        wanted = {"targets": [{"address": greeter.uri_at(HOST, ports.runtime)}]}
        runtimes = self._get("/x/v1/runtimes")["items"]
        default = next((each for each in runtimes if each["is_default"]), None)
        if default is None:
            self._send("POST", "/x/v1/runtimes", {"name": "greeter", "is_default": True} | wanted)
        elif default["targets"][0]["address"] != wanted["targets"][0]["address"]:
            self._send("PATCH", f"/x/v1/runtimes/{default['id']}", wanted)

    def _enter_edge(self, ports: Ports) -> None:
        settings = {
            "DIRECTORY": str(self._cast.directory / "edge"),
            "CONTROL_URL": self._url,
            "TOKEN": self._edge_token,
            "ADMIN_TOKEN": self._edge_token,
            "ADMIN_PORT": str(ports.admin),
            # Nobody is at home on the trunk before and after the calls; nobody needs to know.
            "PING_PEERS": "0",
        }
        for side, port in (("OUTSIDE", ports.outside), ("INSIDE", ports.inside)):
            settings |= {f"{side}_UDP_PORT": str(port), f"{side}_TCP_PORT": str(port)}
        named = {f"DIALPLANE_EDGE_{name}": text for name, text in settings.items()}
        self._cast.enter("edge", (*OURS, "edge", "run"), named)

    def _dialer_settings(self, ports: Ports) -> Mapping[str, str]:
        settings = {
            "CONTROL_URL": self._url,
            "TOKEN": self._edge_token,
            "PORT": str(ports.dialer),
            "EDGE_PORT": str(ports.inside),
        }
        return {f"DIALPLANE_DIALER_{name}": text for name, text in settings.items()}

    def _call_in(self, number: Told, ports: Ports) -> None:
        """From the number's trunk, as its carrier would."""
        scenario = ("-sf", str(SCENARIOS / "caller.xml"), "-m", "1")
        said = ("-key", "called", number["number"], "-key", "caller", SOMEBODY)
        patience = ("-timeout", f"{PATIENCE_S:.0f}s", "-timeout_error")
        edge = f"{HOST}:{ports.outside}"
        caller = self._cast.enter("caller", (*SIPP, edge, *scenario, *said, *patience))
        if caller.wait(PATIENCE_S + 5) != 0:
            log = self._cast.directory / "edge.log"
            raise NotOnStage(f"nobody answered the call; {log} may say why")

    def _call_out(self, number: Told) -> None:
        order = {"from_number": number["number"], "to_number": SOMEBODY}
        self._send("POST", "/v3/calls", order)

    def _told(self, number: Told, direction: str) -> Told:
        """The newest call of a number in that direction, once it is over."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            sides = {"call_to" if direction == "inbound" else "call_from": number["number"]}
            newest = self._get("/v3/calls", call_type=direction, limit=1, **sides)["items"]
            if newest and newest[0]["status"] in OVER:
                break
            if time.monotonic() > deadline:
                raise NotOnStage(f"the {direction} call does not end")
            time.sleep(0.1)
        call = newest[0]
        recorded = self._send("POST", f"/x/v1/calls/{call['id']}/replay", {})["recorded"]
        agent = self._get(f"/v3/agents/{call['agent']['agent_id']}")
        talked = call["end_at"] - call["start_at"] if call["start_at"] else None
        return {
            "id": call["id"],
            "direction": direction,
            "from_number": call["from_number"],
            "to_number": call["to_number"],
            "status": call["status"],
            "disconnection_reason": call["disconnection_reason"],
            "agent": agent["name"],
            "agent_version": recorded["agent"]["agent_version"],
            "resolved_version": recorded["resolved_version"],
            "target": recorded["target_uri"],
            "hung_up_by": recorded["ended"]["hung_up_by"],
            "duration_ms": talked,
            "trace": recorded["trace"],
        }

    def _get(self, path: str, **query: str | int) -> Told:
        told: Told = self._api.get(path, params=query).raise_for_status().json()
        return told

    def _send(self, method: str, path: str, body: Told) -> Told:
        told: Told = self._api.request(method, path, json=body).raise_for_status().json()
        return told


def _without_calls(why: str) -> Report:
    return Report(facts={"calls": [], "no_calls": why}, told=[Text(why, "yellow")])


def _report(calls: list[Told], softphone: str) -> Report:
    told = [part for call in calls for part in _story(call)]
    stays = Text.assemble(
        "The edge stays up. Call ", (softphone, "cyan"), " with a softphone to hear the agent."
    )
    return Report(facts={"calls": calls, "softphone": softphone}, told=[*told, stays])


def _story(call: Told) -> Iterable[RenderableType]:
    """How a call went, and why that way."""
    way = f"{call['from_number']} → {call['to_number']}"
    yield Text.assemble((f"A real call, {call['direction']}: ", "bold"), way)
    rows = [(step["verdict"], step["rule"], step["text"]) for step in call["trace"]]
    yield table("", "RULE", "WHY", rows=rows)
    lasted = (
        "not answered" if call["duration_ms"] is None else f"{call['duration_ms'] / 1000:.1f} s"
    )
    version = f"{call['agent_version']} → {call['resolved_version']}"
    yield facts_table(
        {
            "agent": f"{call['agent']}, {version}",
            "reached": call["target"],
            "hung up by": call["hung_up_by"],
            "lasted": lasted,
            "ended as": f"{call['status']}, {call['disconnection_reason']}",
        }
    )
    yield ""


def directory_in(home: Path) -> Path:
    """Where what the programs say is kept."""
    return home.resolve() / "calls"
