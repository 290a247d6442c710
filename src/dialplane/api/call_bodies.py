"""What goes over the wire about calls."""

from typing import Any

import msgspec

from dialplane.api.number_bodies import AgentMappingBody, Digits, MappingBody
from dialplane.api.shapes import Shape
from dialplane.domain.calls import Call
from dialplane.domain.orders import CallOrder
from dialplane.store.call_lists import CallGlance
from dialplane.store.call_rows import value_of


class NewCallBody(Shape):
    from_number: Digits
    to_number: Digits
    agent: MappingBody | None = None
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
    dynamic_variables: dict[str, Any] = msgspec.field(default_factory=dict)
    presentation_number: Digits | None = None

    def to_order(self) -> CallOrder:
        return CallOrder(
            from_number=self.from_number,
            to_number=self.to_number,
            agent=None if self.agent is None else self.agent.to_mapping(),
            presentation_number=self.presentation_number,
            metadata=self.metadata,
            dynamic_variables=self.dynamic_variables,
        )


class CallBody(msgspec.Struct):
    """A call as lists tell it."""

    id: str
    agent: AgentMappingBody | None
    call_type: str
    status: str
    from_number: str | None
    to_number: str | None
    presentation_number: str | None
    disconnection_reason: str | None
    start_at: int | None
    end_at: int | None
    recording_url: str | None
    metadata: dict[str, Any]
    dynamic_variables: dict[str, Any]
    call_analysis: dict[str, Any] | None
    call_cost: dict[str, Any] | None
    variant_label: str | None
    opt_out_sensitive_data_storage: bool

    @classmethod
    def of(cls, call: Call) -> "CallBody":
        return cls(**_fields(call))

    @classmethod
    def seen(cls, row: CallGlance) -> "CallBody":
        """The same from columns, where a whole call would only be made to be taken apart."""
        agent_id = row.agent_id
        return cls(
            row.id,
            None if agent_id is None else AgentMappingBody(agent_id, row.agent_selector),
            row.call_type,
            row.status,
            row.from_number,
            row.to_number,
            row.presentation_number,
            row.disconnection_reason,
            row.answered_at,
            row.ended_at,
            None,
            value_of(row.metadata),
            value_of(row.dynamic_variables),
            None,
            None,
            row.variant_label,
            bool(row.opt_out_sensitive_data_storage),
        )


class CallDetailBody(CallBody):
    """A call by itself, with what was said in it."""

    transcript: list[dict[str, Any]] | None

    @classmethod
    def of(cls, call: Call) -> "CallDetailBody":
        return cls(**_fields(call), transcript=None)


def _fields(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "agent": AgentMappingBody.of(call.agent),
        "call_type": call.call_type,
        "status": call.status,
        "from_number": call.from_number,
        "to_number": call.to_number,
        "presentation_number": call.presentation_number,
        "disconnection_reason": call.disconnection_reason,
        "start_at": call.answered_at,
        "end_at": call.end_at,
        "recording_url": None,
        "metadata": call.metadata,
        "dynamic_variables": call.dynamic_variables,
        "call_analysis": None,
        "call_cost": None,
        "variant_label": call.variant_label,
        "opt_out_sensitive_data_storage": call.opt_out_sensitive_data_storage,
    }
