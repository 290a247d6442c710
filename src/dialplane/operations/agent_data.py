"""What the version of an agent that takes a call says."""

from collections.abc import Iterable
from typing import Any

import msgspec

from dialplane.domain.numbers import AgentMapping
from dialplane.domain.values import OrganizationId
from dialplane.store import agents
from dialplane.store.agents import Taker
from dialplane.store.database import Reader


def data_of(
    db: Reader, organization_id: OrganizationId, mapping: AgentMapping
) -> dict[str, Any] | None:
    """What a mapping leads to says; None when it leads nowhere."""
    (said,) = agents.find_each_said(
        db, [(organization_id, mapping.agent_id, mapping.agent_version)]
    )
    return None if said is None else msgspec.json.decode(said)


class _Said(msgspec.Struct):
    """The only part that is read with every call; the rest is skipped, however long it is."""

    webhooks: dict[str, Any] | None = msgspec.field(default=None, name="webhookSettings")


_SAID = msgspec.json.Decoder(_Said)


def webhooks_of(
    db: Reader, organization_id: OrganizationId, mapping: AgentMapping, version: str | None
) -> dict[str, Any]:
    """The webhooks of the version that takes a call; empty when it has none."""
    taker = organization_id, mapping.agent_id, version or mapping.agent_version
    return webhooks_of_each(db, [taker])[0]


def webhooks_of_each(db: Reader, takers: Iterable[Taker]) -> list[dict[str, Any]]:
    return [{} if said is None else webhooks_in(said) for said in agents.find_each_said(db, takers)]


def webhooks_in(said: str) -> dict[str, Any]:
    """The webhooks of what a version says; empty when it has none."""
    return _SAID.decode(said).webhooks or {}
