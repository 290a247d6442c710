"""Agents and their versions in SQL."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, LiteralString, cast

from dialplane.domain.agents import (
    CURRENT,
    PRODUCTION,
    Agent,
    AgentSummary,
    AgentType,
    AgentVersion,
    VersionChoice,
    VersionSummary,
    version_number,
)
from dialplane.domain.errors import NotFound
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import AgentId, OrganizationId
from dialplane.store.database import Reader, Row, Writer
from dialplane.store.pages import Listing, Page, PageRequest, page


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFilter:
    """Agents of these types whose name holds `name_part`, in either case."""

    types: frozenset[AgentType]
    name_part: str


def get(db: Reader, organization_id: OrganizationId, agent_id: AgentId) -> Agent:
    return _found(db.one_or_none(_BY_ID, organization_id=organization_id, id=agent_id))


def get_locked(db: Writer, organization_id: OrganizationId, agent_id: AgentId) -> Agent:
    """Read an agent that is about to change; others who want to change it wait."""
    return _found(db.locked(_BY_ID, organization_id=organization_id, id=agent_id))


def find_choice_locked(
    db: Writer, organization_id: OrganizationId, agent_id: AgentId
) -> Callable[[], VersionChoice | None]:
    """Like `find_locked`, of its versions alone, and waited for when this is called."""
    later = db.locked_later(
        """
        SELECT production_version, last_version FROM agents
         WHERE organization_id = :organization_id AND id = :id
        """,
        organization_id=organization_id,
        id=agent_id,
    )

    def choice() -> VersionChoice | None:
        row = later()
        if row is None:
            return None
        return VersionChoice(row["production_version"], row["last_version"])

    return choice


def find_locked(db: Writer, organization_id: OrganizationId, agent_id: AgentId) -> Agent | None:
    """Read an agent and keep it from being changed or deleted until this transaction ends."""
    row = db.locked(_BY_ID, organization_id=organization_id, id=agent_id)
    return None if row is None else _agent(row)


_BY_ID: Final = "SELECT * FROM agents WHERE organization_id = :organization_id AND id = :id"


Taker = tuple[OrganizationId, AgentId, str]
"""Who takes a call: a version of an agent of an organization, as a selector names it."""


def find_each_said(db: Reader, takers: Iterable[Taker]) -> list[str | None]:
    """What each of these says, as JSON text; None when it leads nowhere."""
    asked = [_listed(*taker) for taker in takers]
    if not asked:
        return []
    found = db.all_values(_SAID + db.listed, listed=json.dumps(asked))
    said = dict(cast("list[tuple[str, str | None]]", found))
    return [said[each] for each in asked]


# A taker is listed as the first letter of its selector, nine digits of a version, 36 of its
# organization, and its agent.
_SAID: Final = """
    SELECT listed,
           (SELECT CASE WHEN substr(listed, 1, 1) = 'c' THEN agents.data
                        ELSE (SELECT data FROM agent_versions
                               WHERE agent_versions.agent_id = agents.id
                                 AND agent_versions.organization_id = agents.organization_id
                                 AND version = CASE WHEN substr(listed, 1, 1) = 'p'
                                                    THEN production_version
                                                    ELSE CAST(substr(listed, 2, 9) AS BIGINT) END)
                    END
              FROM agents
             WHERE agents.organization_id = substr(listed, 11, 36)
               AND agents.id = substr(listed, 47))
      FROM """


def _listed(organization_id: OrganizationId, agent_id: AgentId, selector: str) -> str:
    version = None if selector in (CURRENT, PRODUCTION) else version_number(selector)
    return f"{selector[0]}{version or 0:09}{organization_id:36}{agent_id}"


def exists(db: Reader, organization_id: OrganizationId, agent_id: AgentId) -> bool:
    row = db.one_or_none(
        "SELECT id FROM agents WHERE organization_id = :organization_id AND id = :id",
        organization_id=organization_id,
        id=agent_id,
    )
    return row is not None


def list_page(
    db: Reader,
    organization_id: OrganizationId,
    wanted: AgentFilter,
    request: PageRequest,
) -> Page[AgentSummary]:
    matching: LiteralString = "FROM agents WHERE organization_id = :organization_id"
    if len(wanted.types) < len(AgentType):
        matching += " AND type IN (:single_prompt, :flow)"
    if wanted.name_part:
        # Both sides go through the engine's lower(), which need not know more than ASCII.
        matching += " AND lower(name) LIKE lower(:name_pattern) ESCAPE '!'"
    rows, total, following = page(
        db,
        Listing(columns=_SUMMARY, matching=matching, sort="created_at"),
        request,
        organization_id=organization_id,
        name_pattern=f"%{_literally(wanted.name_part)}%",
        **{kind: kind if kind in wanted.types else None for kind in AgentType},
    )
    return Page(items=[_summary(row) for row in rows], total_count=total, next=following)


def _literally(text: str) -> str:
    """For LIKE: every character stands for itself."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def add(db: Writer, agent: Agent) -> Agent:
    return _found(db.returning(_INSERT, **_columns(agent)))


def save(db: Writer, agent: Agent) -> Agent:
    """Write back what may change of an agent read with `get_locked`."""
    return _found(db.returning(_UPDATE, **_columns(agent)))


def remove(db: Writer, agent: Agent) -> None:
    """Remove an agent read with `get_locked`, and its versions with it."""
    db.run(
        "DELETE FROM agents WHERE organization_id = :organization_id AND id = :id",
        organization_id=agent.organization_id,
        id=agent.id,
    )


def get_version(
    db: Reader, organization_id: OrganizationId, agent_id: AgentId, *, version: int
) -> AgentVersion:
    row = db.one_or_none(
        """
        SELECT * FROM agent_versions
         WHERE organization_id = :organization_id AND agent_id = :agent_id AND version = :version
        """,
        organization_id=organization_id,
        agent_id=agent_id,
        version=version,
    )
    if row is None:
        raise NotFound
    return AgentVersion(
        **_plain(row, ("agent_id", "organization_id", "version", "description", "created_at")),
        data=json.loads(row["data"]),
        flow=_graph(row["flow"]),
        flow_data=_graph(row["flow_data"]),
    )


def list_versions(
    db: Reader, organization_id: OrganizationId, agent_id: AgentId
) -> list[VersionSummary]:
    """Every version, newest first, without what was frozen."""
    rows = db.all(
        """
        SELECT version, description, created_at FROM agent_versions
         WHERE organization_id = :organization_id AND agent_id = :agent_id
         ORDER BY version DESC
        """,
        organization_id=organization_id,
        agent_id=agent_id,
    )
    return [VersionSummary(**_plain(row, ("version", "description", "created_at"))) for row in rows]


def add_version(db: Writer, version: AgentVersion) -> None:
    db.run(
        """
        INSERT INTO agent_versions (
            agent_id, organization_id, version, data, flow, flow_data, description, created_at
        ) VALUES (
            :agent_id, :organization_id, :version, :data, :flow, :flow_data, :description,
            :created_at
        )
        """,
        agent_id=version.agent_id,
        organization_id=version.organization_id,
        version=version.version,
        data=_text(version.data),
        flow=_text(version.flow),
        flow_data=_text(version.flow_data),
        description=version.description,
        created_at=version.created_at,
    )


_MUTABLE: Final = (
    "name", "data", "flow", "flow_data", "head_revision", "flow_revision", "production_version",
    "last_version", "updated_at",
)  # fmt: skip
_FIXED: Final = ("id", "organization_id", "type", "created_at")
_JSON: Final = ("data", "flow", "flow_data")
_SUMMARY: Final[LiteralString] = (
    "id, organization_id, name, type, created_at, updated_at, production_version"
)
_INSERT: Final[LiteralString] = (
    "INSERT INTO agents (" + ", ".join((*_FIXED, *_MUTABLE)) + ")"
    " VALUES (" + ", ".join(":" + name for name in (*_FIXED, *_MUTABLE)) + ") RETURNING *"
)
_UPDATE: Final[LiteralString] = (
    "UPDATE agents SET " + ", ".join(name + " = :" + name for name in _MUTABLE)
    + " WHERE organization_id = :organization_id AND id = :id RETURNING *"
)  # fmt: skip


def _columns(agent: Agent) -> dict[str, object]:
    columns = {name: getattr(agent, name) for name in (*_FIXED, *_MUTABLE)}
    return columns | {name: _text(columns[name]) for name in _JSON}


def _text(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _graph(text: str | None) -> dict[str, Any] | None:
    graph: dict[str, Any] | None = None if text is None else json.loads(text)
    return graph


def _plain(row: Row, names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _summary(row: Row) -> AgentSummary:
    return AgentSummary(**_plain(row, _SUMMARY.split(", ")) | {"type": AgentType(row["type"])})


def _found(row: Row | None) -> Agent:
    if row is None:
        raise NotFound
    return _agent(row)


def _agent(row: Row) -> Agent:
    plain = _plain(row, {*_FIXED, *_MUTABLE} - {*_JSON, "type"})
    return Agent(
        **plain,
        type=AgentType(row["type"]),
        data=json.loads(row["data"]),
        flow=_graph(row["flow"]),
        flow_data=_graph(row["flow_data"]),
    )
