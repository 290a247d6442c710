"""A real server and a real dialer, and an organization that calls out."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from builders import ACME, EARLIER, a_key, an_id, an_organization
from dialplane.api.callers import hashed
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget, TargetId
from dialplane.store import keys, organizations, runtimes
from dialplane.store.database import Database
from parts.edge_process import Edge
from parts.program import PATIENCE_S, wait_until
from parts.sip_peers import free_port

TOKEN = "token-of-the-edge"
KEY = "dp_live_" + "Placing" + "0" * 36
PROGRAM = Path(sys.executable).with_name("dialplane")


@dataclass(kw_only=True)
class Ground:
    """`url` and `token` are what an edge has to know of it."""

    environment: dict[str, str]
    directory: Path
    database: Database
    port: int = field(default_factory=free_port)
    token: str = TOKEN
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    numbering: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._furnish()
        self._run("serve", "--port", str(self.port), DIALPLANE_EDGE_TOKEN=TOKEN)
        wait_until(self._is_ready, lambda: self.log)

    def start_dialer(self, edge: Edge) -> "subprocess.Popen[bytes]":
        inside = edge.settings.inside
        return self._run(
            *("dialer", "run"),
            DIALPLANE_DIALER_CONTROL_URL=self.url,
            DIALPLANE_DIALER_TOKEN=TOKEN,
            DIALPLANE_DIALER_PORT=str(free_port()),
            DIALPLANE_DIALER_EDGE_ADDRESS=inside.address,
            DIALPLANE_DIALER_EDGE_PORT=str(inside.udp_port),
        )

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(PATIENCE_S)
        self.database.close()

    def number_over(self, trunk: str, **login: str) -> str:
        """A held number whose calls go out over this trunk."""
        digits = f"070{next(self.numbering):08}"
        self.post("/v3/telephone-numbers/register", number=digits, address=f"sip:{trunk}", **login)
        return digits

    def trunk_of(self, digits: str) -> str:
        held = self._get("/v3/organization-telephone-numbers?limit=100")["items"]
        [trunk] = [each["outbound_trunk_id"] for each in held if each["number"] == digits]
        return str(trunk)

    def agent_at(self, *addresses: str, **settings: Any) -> str:
        """An agent that talks at these runtime addresses."""
        sent: dict[str, Any] = {"name": "Night desk"}
        if settings:
            sent["data"] = {"callSettings": settings}
        agent_id: str = self.post("/v3/agents", **sent)["agent_id"]
        targets = tuple(
            RuntimeTarget(
                id=TargetId(f"{agent_id}-{place}"),
                address=address,
                uri=f"sip:{address}",
                priority=place,
            )
            for place, address in enumerate(addresses)
        )
        runtime = Runtime(
            id=RuntimeId(an_id(next(self.numbering))),
            organization_id=ACME,
            name="voice",
            is_default=False,
            targets=targets,
            created_at=EARLIER,
            updated_at=EARLIER,
        )
        with self.database.writing() as db:
            runtimes.add(db, runtime)
            runtimes.put_of_agent(db, ACME, agent_id, runtime.id)  # type: ignore[arg-type]
        return agent_id

    def place(self, digits: str, agent_id: str, callee: str = "01012345678") -> str:
        order = {"from_number": digits, "to_number": callee, "agent": {"agent_id": agent_id}}
        call_id: str = self.post("/v3/calls", **order)["id"]
        return call_id

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = httpx.post(self.url + path, json=body, headers=self._headers, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def call(self, call_id: str) -> dict[str, Any]:
        return self._get(f"/v3/calls/{call_id}")

    def await_call(self, call_id: str, *statuses: str) -> dict[str, Any]:
        """The call as soon as it has one of these statuses."""
        wait_until(lambda: self.call(call_id)["status"] in statuses, lambda: self.log)
        # What the edge tells later must not change what was told.
        return self.call(call_id)

    def _get(self, path: str) -> dict[str, Any]:
        answer = httpx.get(self.url + path, headers=self._headers, timeout=PATIENCE_S)
        told: dict[str, Any] = answer.json()
        return told

    def _is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz").status_code == httpx.codes.OK
        return False

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {KEY}"}

    def _furnish(self) -> None:
        with self.database.writing() as db:
            organizations.add(db, an_organization())
            keys.add(db, a_key(), hashed=hashed(KEY))

    def _run(self, *arguments: str, **settings: str) -> "subprocess.Popen[bytes]":
        kept = {name: text for name, text in os.environ.items() if "DIALPLANE" not in name}
        with (self.directory / f"{arguments[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [PROGRAM, *arguments],
                env=kept | self.environment | {"DIALPLANE_ALLOW_PRIVATE_SIP": "1"} | settings,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    @property
    def log(self) -> str:
        files = sorted(self.directory.glob("*.log"))
        return "\n".join(file.read_text(errors="replace")[-4000:] for file in files)
