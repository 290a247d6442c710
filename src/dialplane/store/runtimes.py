"""Runtimes and their targets in SQL."""

from dialplane.domain.errors import NotFound
from dialplane.domain.runtimes import Runtime, RuntimeId, RuntimeTarget
from dialplane.domain.values import AgentId, Millis, OrganizationId
from dialplane.store import peer_health
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page


def get(db: Reader, organization_id: OrganizationId, runtime_id: RuntimeId) -> Runtime:
    row = db.one_or_none(
        "SELECT * FROM runtimes WHERE organization_id = :organization_id AND id = :id",
        organization_id=organization_id,
        id=runtime_id,
    )
    return _found(db, row)


def get_locked(db: Writer, organization_id: OrganizationId, runtime_id: RuntimeId) -> Runtime:
    row = db.locked(
        "SELECT * FROM runtimes WHERE organization_id = :organization_id AND id = :id",
        organization_id=organization_id,
        id=runtime_id,
    )
    return _found(db, row)


def find_default_id(db: Reader, organization_id: OrganizationId) -> RuntimeId | None:
    row = db.one_or_none(
        "SELECT id FROM runtimes WHERE organization_id = :organization_id AND is_default = 1",
        organization_id=organization_id,
    )
    return None if row is None else RuntimeId(row["id"])


def list_page(db: Reader, organization_id: OrganizationId, request: PageRequest) -> Page[Runtime]:
    rows, total, following = page(
        db,
        Listing(
            columns="*",
            matching="FROM runtimes WHERE organization_id = :organization_id",
            sort="created_at",
        ),
        request,
        organization_id=organization_id,
    )
    runtimes = [_found(db, row) for row in rows]
    return Page(items=runtimes, total_count=total, next=following)


def add(db: Writer, runtime: Runtime) -> Runtime:
    db.run(
        """
        INSERT INTO runtimes (id, organization_id, name, is_default, created_at, updated_at,
                              revision)
        VALUES (:id, :organization_id, :name, :is_default, :created_at, :updated_at, :revision)
        """,
        id=runtime.id,
        organization_id=runtime.organization_id,
        name=runtime.name,
        is_default=int(runtime.is_default),
        created_at=runtime.created_at,
        updated_at=runtime.updated_at,
        revision=runtime.revision,
    )
    _put_targets(db, runtime)
    return get(db, runtime.organization_id, runtime.id)


def save(db: Writer, runtime: Runtime) -> Runtime:
    """Write back a runtime read with `get_locked`."""
    db.run(
        """
        UPDATE runtimes SET name = :name, is_default = :is_default, updated_at = :updated_at,
                            revision = revision + 1
         WHERE organization_id = :organization_id AND id = :id
        """,
        name=runtime.name,
        is_default=int(runtime.is_default),
        updated_at=runtime.updated_at,
        organization_id=runtime.organization_id,
        id=runtime.id,
    )
    _put_targets(db, runtime)
    return get(db, runtime.organization_id, runtime.id)


def dismiss_default(db: Writer, organization_id: OrganizationId) -> None:
    """Make room for another default."""
    db.run(
        """
        UPDATE runtimes SET is_default = 0, revision = revision + 1
         WHERE organization_id = :organization_id AND is_default = 1
        """,
        organization_id=organization_id,
    )


def remove(db: Writer, runtime: Runtime) -> None:
    db.run(
        "DELETE FROM runtimes WHERE organization_id = :organization_id AND id = :id",
        organization_id=runtime.organization_id,
        id=runtime.id,
    )


def agents_of(db: Reader, runtime: Runtime) -> list[AgentId]:
    """The agents that name this runtime."""
    rows = db.all(
        """
        SELECT agent_id FROM agent_runtimes
         WHERE organization_id = :organization_id AND runtime_id = :id ORDER BY agent_id
        """,
        organization_id=runtime.organization_id,
        id=runtime.id,
    )
    return [AgentId(row["agent_id"]) for row in rows]


def find_of_agent(
    db: Reader, organization_id: OrganizationId, agent_id: AgentId
) -> RuntimeId | None:
    row = db.one_or_none(
        """
        SELECT runtime_id FROM agent_runtimes
         WHERE organization_id = :organization_id AND agent_id = :agent_id
        """,
        organization_id=organization_id,
        agent_id=agent_id,
    )
    return None if row is None else RuntimeId(row["runtime_id"])


def put_of_agent(
    db: Writer, organization_id: OrganizationId, agent_id: AgentId, runtime_id: RuntimeId | None
) -> None:
    db.run(
        """
        DELETE FROM agent_runtimes
         WHERE organization_id = :organization_id AND agent_id = :agent_id
        """,
        organization_id=organization_id,
        agent_id=agent_id,
    )
    if runtime_id is not None:
        db.run(
            """
            INSERT INTO agent_runtimes (agent_id, organization_id, runtime_id)
            VALUES (:agent_id, :organization_id, :runtime_id)
            """,
            agent_id=agent_id,
            organization_id=organization_id,
            runtime_id=runtime_id,
        )


def _put_targets(db: Writer, runtime: Runtime) -> None:
    db.run(
        """
        DELETE FROM runtime_targets
         WHERE organization_id = :organization_id AND runtime_id = :runtime_id
        """,
        organization_id=runtime.organization_id,
        runtime_id=runtime.id,
    )
    for place, target in enumerate(runtime.targets):
        db.run(
            """
            INSERT INTO runtime_targets (id, organization_id, runtime_id, place, address, uri,
                                         priority, weight)
            VALUES (:id, :organization_id, :runtime_id, :place, :address, :uri, :priority, :weight)
            """,
            id=target.id,
            organization_id=runtime.organization_id,
            runtime_id=runtime.id,
            place=place,
            address=target.address,
            uri=target.uri,
            priority=target.priority,
            weight=target.weight,
        )


def _found(db: Reader, row: Row | None) -> Runtime:
    if row is None:
        raise NotFound
    targets = db.all(
        """
        SELECT runtime_targets.*, down, since
          FROM runtime_targets LEFT JOIN peer_states ON peer_states.uri = runtime_targets.uri
         WHERE organization_id = :organization_id AND runtime_id = :runtime_id ORDER BY place
        """,
        organization_id=row["organization_id"],
        runtime_id=row["id"],
    )
    return Runtime(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        is_default=bool(row["is_default"]),
        targets=tuple(_target(target, row["created_at"]) for target in targets),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        revision=row["revision"],
    )


def _target(row: Row, made_at: Millis) -> RuntimeTarget:
    since = row["since"]
    return RuntimeTarget(
        id=row["id"],
        address=row["address"],
        uri=row["uri"],
        priority=row["priority"],
        weight=row["weight"],
        state=peer_health.state_of(row["down"]),
        # What a peer was for others before is theirs.
        state_since=None if since is None else max(since, made_at),
    )
