"""A real server beside the test, told things through its API as far as it has one."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dialplane.domain.calls import Call
from dialplane.domain.disconnections import EndingKind
from dialplane.domain.number_routing import InboundAuth, NumberRouting
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget, TargetId
from dialplane.domain.sip_addresses import parse_sip_address
from dialplane.domain.trunk_checks import Destination
from dialplane.domain.values import AgentId, Millis, NumberId, OrganizationId
from dialplane.operations.ids import new_id
from dialplane.store import calls, number_routing, numbers, peers, refusals, runtimes
from dialplane.store.database import Database
from dialplane.store.opening import open_database
from parts.program import Running, ask, run, started, wait_until
from parts.sip_peers import CARRIER, RUNTIME, free_port

TOKEN = "the-edge-token"
OUTCOMES = {
    EndingKind.HUNG_UP: "ended",
    EndingKind.NEVER_ANSWERED: "failed",
    EndingKind.REFUSED: "rejected",
}


@dataclass(kw_only=True)
class ControlPlane:
    data_dir: Path
    token: str = TOKEN
    port: int = field(default_factory=free_port)
    organization_id: OrganizationId = field(init=False)
    key: str = ""
    numbers: dict[str, NumberId] = field(default_factory=dict)
    agents: dict[str, AgentId] = field(default_factory=dict)
    running: ExitStack = field(default_factory=ExitStack)
    server: Running | None = None
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        made = run("org", "create", "acme", "--json", env=self.environment).json
        self.organization_id = OrganizationId(made["organization"]["id"])
        scopes = ["--scope", "read", "--scope", "write"]
        who = ["--org", self.organization_id, "--name", "tests"]
        self.key = run("key", "create", *who, *scopes, "--json", env=self.environment).json["token"]
        self.database = open_database("", self.data_dir)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DIALPLANE_DATA_DIR": str(self.data_dir),
            "DIALPLANE_EDGE_TOKEN": self.token,
            "DIALPLANE_ALLOW_PRIVATE_SIP": "1",
            "DIALPLANE_EDGE_PING_EVERY_S": "1",
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        beginning = started("serve", "--port", str(self.port), env=self.environment)
        self.server = self.running.enter_context(beginning)
        self.server.line_with("serves")

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.running.close()
            self.server = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It accepts connections and says nothing."""
        assert self.server is not None
        pids = [self.server.process.pid, *self.server.children()]
        for pid in pids:
            _send(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                _send(pid, signal.SIGCONT)

    def holds(
        self,
        *,
        runtimes: Sequence[str] | None = (),
        agent: str = "night-desk",
        trunk: str = CARRIER,
        digest: tuple[str, str] | None = None,
    ) -> str:
        """A number that is answered at the first of these runtimes that works; None has none."""
        digits = f"0707{len(self.numbers):07}"
        body: dict[str, Any] = {"number": digits, "address": trunk}
        if digest is not None:
            body |= {"auth_username": digest[0], "auth_password": digest[1]}
        held = self._ask("POST", "/v3/telephone-numbers/register", body)
        self.numbers[digits] = NumberId(held["id"])
        if runtimes == ():
            runtimes = [f"{RUNTIME}:5060"]
        self._answered_by(digits, self._agent(agent, runtimes))
        with self.database.writing() as db:
            address = parse_sip_address(trunk)
            peers.keep_addresses(db, address.uri, [address.host], now=_now())
        if digest is not None and trunk == CARRIER:
            self._set(digits, inbound_auth=InboundAuth.SOURCE_AND_DIGEST)
        return digits

    def leads(self, uri: str, *found: Destination) -> None:
        """What name servers say of a peer."""
        with self.database.writing() as db:
            peers.replace_destinations(db, uri, found)

    def remaps(self, digits: str, *, agent: str, runtimes: Sequence[str]) -> None:
        self._answered_by(digits, self._agent(agent, runtimes))

    def publishes(self, agent: str, version: str) -> None:
        """Freeze the draft as the next version, and put that into production."""
        path = f"/v3/agents/{self.agents[agent]}/versions"
        assert self._ask("POST", path, {})["version"] == version
        self._ask("POST", f"{path}/{version}/publish", None)

    def follows_production(self, digits: str, *, agent: str) -> None:
        mapping = {"agent_id": self.agents[agent], "agent_version": "production"}
        path = f"/v3/organization-telephone-numbers/{self.numbers[digits]}/agent"
        self._ask("PATCH", path, {"inbound_agent": mapping})

    def gives_up(self, digits: str) -> None:
        self._ask("DELETE", f"/v3/organization-telephone-numbers/{self.numbers[digits]}", None)

    def starts_at(self, digits: str, at: Millis) -> None:
        """Only bought numbers can be booked ahead; the test wants the trunk of a brought one."""
        with self.database.writing() as db:
            db.run(
                """
                UPDATE telephone_numbers SET status = 'scheduled', start_at = :at
                 WHERE organization_id = :organization_id AND id = :id
                """,
                at=at,
                organization_id=self.organization_id,
                id=self.numbers[digits],
            )

    def now_is(self, digits: str, **facts: Any) -> None:
        """What no operation leads to at once: a number is like this now."""
        with self.database.writing() as db:
            number = numbers.get(db, self.organization_id, self.numbers[digits])
            numbers.save(db, number, replace(number, **facts))

    def allows(self, digits: str, *, concurrent_calls: int) -> None:
        self._set(digits, concurrent_calls=concurrent_calls)

    def agent_id(self, name: str) -> AgentId:
        return self.agents[name]

    def records(self, digits: str) -> list[dict[str, Any]]:
        """What is known of the finished calls of a number, attempts the edge refused included."""
        number_id = self.numbers.get(digits)
        with self.database.reading() as db:
            rows = db.all(
                """
                SELECT id FROM calls
                 WHERE organization_id = :organization_id AND number_id = :number_id
                """,
                organization_id=self.organization_id,
                number_id=number_id,
            )
            found = [_record(calls.get(db, self.organization_id, row["id"])) for row in rows]
            refused = refusals.last(db, self.organization_id, number_id)
        return [record for record in found if record] + [
            {"id": each.id, "outcome": "rejected", "reason": each.reason}
            for each in refused
            if number_id is not None or each.asked.called == digits
        ]

    def await_records(self, digits: str, count: int = 1) -> list[dict[str, Any]]:
        """Exactly so many, also a moment later: events come at least once."""
        wait_until(
            lambda: len(self.records(digits)) >= count,
            lambda: f"{self.records(digits)} are too few",
        )
        time.sleep(0.3)
        found = self.records(digits)
        assert len(found) == count, found
        return found

    def begun(self, digits: str) -> int:
        """How many calls of a number there have been, over or not."""
        return len(self._rows(digits))

    def seats_taken(self, digits: str) -> int:
        return sum(row["seat_until"] is not None for row in self._rows(digits))

    def await_answered(self, digits: str) -> None:
        """Until it is told here that somebody picked up."""
        wait_until(lambda: any(row["answered_at"] for row in self._rows(digits)))

    def await_news_of_restart(self, digits: str) -> None:
        """Until every call of a number is over or known to have been left by its edge."""
        wait_until(
            lambda: all(row["left_at"] or not row["seat_until"] for row in self._rows(digits)),
            lambda: self._rows(digits),
        )

    def _rows(self, digits: str) -> list[dict[str, Any]]:
        with self.database.reading() as db:
            rows = db.all(
                """
                SELECT id, answered_at, seat_until, left_at FROM calls
                 WHERE organization_id = :organization_id AND number_id = :number_id
                """,
                organization_id=self.organization_id,
                number_id=self.numbers[digits],
            )
        return [dict(row) for row in rows]

    def _agent(self, name: str, hosts: Sequence[str] | None) -> AgentId:
        made = self._ask("POST", "/v3/agents", {"name": name})
        self.agents[name] = AgentId(made["agent_id"])
        if hosts is None:
            return self.agents[name]
        with self.database.writing() as db:
            runtime = runtimes.add(db, _runtime(self.organization_id, hosts))
            runtimes.put_of_agent(db, self.organization_id, self.agents[name], runtime.id)
            for target, host in zip(runtime.targets, hosts, strict=True):
                peers.keep_addresses(db, target.uri, [host.split(":")[0]], now=_now())
        return self.agents[name]

    def _set(self, digits: str, **routing: Any) -> None:
        number_id, organization_id = self.numbers[digits], self.organization_id
        made = NumberRouting(number_id=number_id, organization_id=organization_id, revision=1)
        with self.database.writing() as db:
            number_routing.put(db, replace(made, **routing))

    def _answered_by(self, digits: str, agent_id: AgentId) -> None:
        mapping = {"agent_id": agent_id, "agent_version": "current"}
        path = f"/v3/organization-telephone-numbers/{self.numbers[digits]}/agent"
        self._ask("PATCH", path, {"inbound_agent": mapping, "outbound_agent": mapping})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        status, answer = ask(self.port, path, method=method, token=self.key, body=body)
        assert status == 200, answer
        return answer


def _runtime(organization_id: OrganizationId, hosts: Sequence[str]) -> Runtime:
    targets = [
        RuntimeTarget(id=TargetId(new_id(_now())), address=host, uri=f"sip:{host}", priority=place)
        for place, host in enumerate(hosts)
    ]
    return Runtime(
        id=RuntimeId(new_id(_now())),
        organization_id=organization_id,
        name="runtime",
        is_default=False,
        targets=tuple(targets),
        created_at=_now(),
        updated_at=_now(),
    )


def _record(call: Call) -> dict[str, Any] | None:
    if call.ending is None:
        return None
    return {
        "id": call.id,
        "outcome": OUTCOMES.get(call.ending.kind, call.ending.kind.name),
        "reason": call.ending.reason,
        "disconnection_reason": call.disconnection_reason,
        "hung_up_by": call.ending.hung_up_by,
        "sip_code": call.ending.sip_code,
        "duration_ms": call.ending.at - (call.answered_at or call.ending.at),
    }


def _now() -> int:
    return time.time_ns() // 1_000_000


def _send(pid: int, what: signal.Signals) -> None:
    os.kill(pid, what)
