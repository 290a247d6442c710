"""One going through what another server holds: read there, taken in here, item by item."""

from collections.abc import Callable
from typing import Any

from dialplane.cli.opening import now
from dialplane.domain.errors import NotFound
from dialplane.domain.foreign import Loss, Outcome, Taken
from dialplane.domain.organizations import Organization
from dialplane.domain.values import AgentId
from dialplane.elsewhere.source import Source, Unreadable, number_in
from dialplane.operations.mirrored_agents import take_agent
from dialplane.operations.mirrored_numbers import take_number
from dialplane.operations.mirroring import IdTaken, Mirror
from dialplane.operations.numbers import NumberPolicy
from dialplane.operations.transactions import in_transaction
from dialplane.store import agents, mirrors
from dialplane.store.database import Database, Writer
from dialplane.store.mirrors import Done, Item, Pass

Tell = Callable[[str], None]
Take = Callable[[Writer, Mirror], Taken]


class MirrorRun:
    """Goes through a source; a dry run rehearses each item and keeps not even its place."""

    def __init__(
        self,
        database: Database,
        source: Source,
        organization: Organization,
        policy: NumberPolicy,
        *,
        dry_run: bool,
    ) -> None:
        self._database = database
        self._source = source
        self._organization = organization
        self._policy = policy
        self._dry_run = dry_run
        self._pass = Pass(organization_id=organization.id, source=source.name, number=0)
        self._rehearsed: list[Done] = []
        self._coming: set[AgentId] = set()

    def through(self, tell: Tell) -> list[Done]:
        """Everything, from where it was left.

        Raises:
            NoAnswer, Unreadable: the source cannot be listed.
        """
        if not self._dry_run:
            with self._database.writing() as db:
                self._pass = mirrors.begin(db, self._organization.id, self._source.name, now=now())
        for count, told in enumerate(self._source.agents(), 1):
            tell(f"agent {count}: {told.get('name')}")
            self._agent(told)
        for count, told in enumerate(self._source.numbers(), 1):
            tell(f"number {count}: {told.get('number')}")
            self._number(told)
        if self._dry_run:
            return self._rehearsed
        with self._database.writing() as db:
            mirrors.end(db, self._pass, now=now())
            return mirrors.everything(db, self._pass)

    def _agent(self, told: dict[str, Any]) -> None:
        item = Item(kind="agent", foreign_id=str(told.get("agent_id")), label=str(told.get("name")))
        if self._is_done(item):
            return
        try:
            foreign = self._source.agent(item.foreign_id, known_versions=self._known(item))
        except Unreadable:
            self._take(item, _unreadable)
            return
        if self._dry_run:
            self._coming.add(foreign.id)
        self._take(item, lambda db, mirror: take_agent(db, mirror, foreign))

    def _number(self, told: dict[str, Any]) -> None:
        item = Item(kind="number", foreign_id=str(told.get("id")), label=str(told.get("number")))
        if self._is_done(item):
            return
        try:
            foreign = number_in(told)
        except Unreadable:
            self._take(item, _unreadable)
            return
        coming = frozenset(self._coming)
        self._take(item, lambda db, mirror: take_number(db, mirror, foreign, coming=coming))

    def _known(self, item: Item) -> int:
        """How many versions of an agent are here already; they never change."""
        try:
            with self._database.reading() as db:
                return agents.get(
                    db, self._organization.id, AgentId(item.foreign_id.lower())
                ).last_version
        except NotFound:
            return 0

    def _is_done(self, item: Item) -> bool:
        if self._dry_run:
            return False
        with self._database.reading() as db:
            return mirrors.is_done(db, self._pass, item)

    def _take(self, item: Item, take: Take) -> None:
        """Take an item in, and note it in the same transaction: after a crash both or neither."""
        try:
            self._in_transaction(item, take)
        except IdTaken:
            self._in_transaction(item, lambda *_: _left_out(Loss.ID_TAKEN))

    def _in_transaction(self, item: Item, take: Take) -> None:
        mirror = Mirror(organization=self._organization, policy=self._policy, now=now())

        def work(db: Writer) -> Done:
            done = Done(item=item, taken=take(db, mirror))
            if not self._dry_run:
                mirrors.note(db, self._pass, done)
            return done

        if self._dry_run:
            self._rehearsed.append(in_transaction(self._database.rehearsing, work))
        else:
            in_transaction(self._database.writing, work)


def _unreadable(*_: object) -> Taken:
    return _left_out(Loss.NOT_READABLE)


def _left_out(loss: Loss) -> Taken:
    return Taken(outcome=Outcome.LEFT_OUT, losses=(loss,))
