"""Acme, the caller; Globex, somebody else; one application they both talk to; one clock."""

import functools
from dataclasses import replace
from typing import Any, Final

from falcon.routing import compiled

from builders import ACME, EARLIER, EVERY_SCOPE, GLOBEX, NOW, a_held_line, a_key, an_organization
from dialplane.api.app import create_app
from dialplane.domain.agents import Agent
from dialplane.domain.callers import Arrival, Scope
from dialplane.domain.keys import ApiKey
from dialplane.domain.lines import Line
from dialplane.domain.numbers import HeldNumber
from dialplane.domain.organizations import Organization
from dialplane.domain.values import KeyId, OrganizationId
from dialplane.main import parts_of
from dialplane.operations import expiry
from dialplane.operations.job_work import Workshop
from dialplane.operations.keys import hashed
from dialplane.operations.number_rows import RowRules
from dialplane.settings import read_settings
from dialplane.store import agents, keys, lines, numbers, organizations
from dialplane.store.database import Database, Writer
from dialplane.worker.clerk import Clerk
from parts import contract
from parts.client import Client, in_process
from parts.clock import Clock

ACME_TOKEN: Final = "dp_live_" + "Acme" + "0" * 39
GLOBEX_TOKEN: Final = "dp_live_" + "Globex" + "0" * 37

Thing = Organization | Line | Agent | HeldNumber

# Every world has the same routes: what Falcon writes for them needs to be compiled only once.
compiled.compile = functools.cache(compile)


class World:
    """What a test of the API starts from; nobody holds anything yet."""

    def __init__(self, database: Database, environment: dict[str, str]) -> None:
        contract.operations()  # read once, before many threads ask for it at the same time
        self.database = database
        self.clock = Clock(NOW)
        settings = read_settings({"DIALPLANE_LOG_LEVEL": "warning"} | environment)
        self.parts = parts_of(settings, database, self.clock)
        self.app = create_app(self.parts)
        self._keys_made = 0
        self.given(an_organization(), an_organization(id=GLOBEX, name="Globex"))
        self.acme = self.with_key(organization_id=ACME, token=ACME_TOKEN)
        self.globex = self.with_key(organization_id=GLOBEX, token=GLOBEX_TOKEN)

    @property
    def nobody(self) -> Client:
        """Comes without a key."""
        return Client(in_process(self.app))

    def holding(self, token: str) -> Client:
        return Client(in_process(self.app), {"authorization": f"Bearer {token}"})

    def with_key(
        self,
        *scopes: Scope,
        organization_id: OrganizationId = ACME,
        token: str | None = None,
        **changes: Any,
    ) -> Client:
        """A client with a new key; without scopes it may do everything."""
        self._keys_made += 1
        token = token or f"dp_live_{self._keys_made:043}"
        key = a_key(
            id=KeyId(f"01927f5e-8c4a-7b1e-9d3f-44{self._keys_made:010x}"),
            organization_id=organization_id,
            scopes=frozenset(scopes) or EVERY_SCOPE,
            **changes,
        )
        self.given_key(key, token)
        return self.holding(token)

    def like(self, client: Client, *scopes: Scope) -> Client:
        """A client of the same organization, or of the same sandbox, that may do only this."""
        caller = self.parts.callers.identify(client.authorization, Arrival(self.clock())).caller
        changes = {"organization_id": caller.organization_id, "mode": caller.mode}
        return self.with_key(*scopes, **changes)

    def given_key(self, key: ApiKey, token: str) -> None:
        with self.database.writing() as db:
            keys.add(db, key, hashed=hashed(token))
            keys.save(db, key)

    def given(self, *things: Thing) -> None:
        """Let these exist: an agent with its versions, a bought number with its line."""
        with self.database.writing() as db:
            for thing in things:
                _put(db, thing)

    def the_worker_passes(self) -> int:
        """Write down what time has done; answers how many rows changed."""
        return expiry.pass_time(self.database, now=self.clock())

    @property
    def workshop(self) -> Workshop:
        """Where this world's jobs are worked off."""
        rules = RowRules(policy=self.parts.policy, box=self.parts.box)
        return Workshop(database=self.database, rules=rules, clock=self.clock)

    def the_clerk_works(self) -> None:
        """Work off whatever jobs wait, until none does."""
        clerk = Clerk(self.workshop)
        while clerk.round():
            pass

    def close(self) -> None:
        """Wait for what was left to do beside the requests."""
        self.parts.callers.close()
        self.parts.daybook.write_down()


def _put(db: Writer, thing: Thing) -> None:
    if isinstance(thing, Organization):
        organizations.add(db, thing)
    elif isinstance(thing, Line):
        lines.put(db, thing, now=EARLIER)
    elif isinstance(thing, Agent):
        agents.add(db, thing)
        for number in range(thing.last_version):
            _, version = replace(thing, last_version=number).freeze(description=None, now=EARLIER)
            agents.add_version(db, version)
    else:
        if thing.line_id is not None:
            lines.put(db, a_held_line(thing), now=EARLIER)
        numbers.add(db, thing)
