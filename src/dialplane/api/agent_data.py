"""The shape of an agent's `data`, part by part; what is left out stays left out.

Defaults are no business of the shape: they live in `domain.agent_data`, because a part that is left
out of a change keeps what the agent has. Only objects that are replaced whole have defaults here.
Numbers stay as they were sent: 1 does not turn into 1.0.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dialplane.api.number_bodies import MappingBody
from dialplane.api.open_objects import problems_of_known_fields
from dialplane.api.shapes import Shape, Uuid
from dialplane.domain.errors import FieldProblem

Ratio = Annotated[int, Meta(ge=0, le=1)] | Annotated[float, Meta(ge=0, le=1)]
Sampling = Annotated[int, Meta(ge=0, le=2)] | Annotated[float, Meta(ge=0, le=2)]
Pause = Annotated[int, Meta(ge=0, le=5)] | Annotated[float, Meta(ge=0, le=5)]
Span = Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")]
Webhook = Annotated[str, Meta(pattern=r"^https://[^\s{}]+\Z", max_length=2048)]
"""Static: nobody fills in a variable before a call has an agent."""


class Part(Shape, rename="camel"):
    """An object below `data`, where names are camelCase."""


class PromptPart(Part):
    prompt: str | UnsetType = UNSET
    first_line: str | UnsetType = UNSET
    first_line_type: Literal["userFirst", "aiFirstDynamic", "aiFirstStatic"] | UnsetType = UNSET
    pause_before_speaking_seconds: Pause | UnsetType = UNSET
    is_first_message_interruptible: bool | UnsetType = UNSET


class SttPart(Part):
    languages: Annotated[list[Language], Meta(min_length=1)] | UnsetType = UNSET
    speed: Literal["low", "medium", "high"] | UnsetType | None = UNSET


class LlmPart(Part):
    model: str
    temperature: Sampling | UnsetType | None = UNSET
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | UnsetType | None = UNSET
    thinking_budget: Annotated[int, Meta(ge=0)] | UnsetType | None = UNSET


class VoicePart(Part):
    id: str
    provider: str
    model: str | UnsetType | None = UNSET
    speed: float | int | UnsetType | None = UNSET
    volume: float | int | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET
    temperature: float | int | UnsetType | None = UNSET


class SpeechPart(Part):
    responsiveness: Ratio | UnsetType = UNSET
    boosted_keywords: str | UnsetType | None = UNSET
    is_allow_interruption: bool | UnsetType = UNSET
    is_allow_turn_detection: bool | UnsetType = UNSET
    vad_min_silence_duration: Span | UnsetType = UNSET


class CallScreening(Part):
    """What to say to a machine that screens the call; replaced whole."""

    prompt_type: Literal["static", "dynamic"]
    static_sentence: Annotated[str, Meta(max_length=300)] | None = None
    prompt: str | None = None
    end_call_after_response: bool = False


class CallSettingsPart(Part):
    background_music: (
        Literal["none", "cafe", "office", "call_center", "library", "dial_tone"] | UnsetType
    ) = UNSET
    background_music_volume: Ratio | UnsetType = UNSET
    noise_cancellation: Literal["none", "nc", "bvc"] | UnsetType = UNSET
    activation_threshold: Ratio | UnsetType = UNSET
    call_timeout_in_seconds: int | UnsetType | None = UNSET
    silence_call_timeout_in_seconds: int | UnsetType | None = UNSET
    ring_duration_in_seconds: int | UnsetType | None = UNSET
    dtmf_interruptible: bool | UnsetType = UNSET
    dtmf_termination_enabled: bool | UnsetType = UNSET
    dtmf_termination_key: (
        Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "#", "*"] | UnsetType
    ) = UNSET
    dtmf_timeout_seconds: Annotated[int, Meta(gt=0)] | UnsetType = UNSET
    call_screening: CallScreening | UnsetType | None = UNSET


class ChatSettingsPart(Part):
    silence_chat_timeout_in_seconds: Annotated[int, Meta(ge=120, le=172_800)] | UnsetType = UNSET


class PostCallAction(Part):
    """One thing to find out from a finished call; the list is replaced whole."""

    name: str
    type: Literal["string", "enum", "boolean", "number"]
    is_nullable: bool = False
    description: str | None = None
    enum_options: list[str] | None = None


class PostCallPart(Part):
    actions: list[PostCallAction] | UnsetType = UNSET


class DataRetention(Part):
    """How long artifacts are kept: null for ever, 0 not at all; replaced whole."""

    duration_seconds: Annotated[int, Meta(ge=0, le=315_576_000)] | None = None
    retained_data_types: list[Literal["recording", "transcript", "postCallAnalysis"]] = (
        msgspec.field(default_factory=list)
    )


class PiiMasking(Part):
    """What is masked in transcripts; replaced whole."""

    enabled: bool = False
    name: bool = False
    phone: bool = False
    birth_date: bool = False
    address: bool = False
    email: bool = False
    resident_id: bool = False


class SecurityPart(Part):
    opt_out_sensitive_data_storage: bool | UnsetType = UNSET
    data_retention: DataRetention | UnsetType | None = UNSET
    pii_masking: PiiMasking | UnsetType = UNSET


class MemoryPart(Part):
    enabled: bool | UnsetType = UNSET


class WebhookSettingsPart(Part):
    call_data_webhook_url: Webhook | UnsetType | None = UNSET
    inbound_call_webhook_url: Webhook | UnsetType | None = UNSET
    webhook_version: Literal["v1", "v2"] | UnsetType | None = UNSET
    enable_alimtalk_on_call_end: bool | UnsetType = UNSET
    inbound_call_webhook_signing_enabled: bool | UnsetType = UNSET


class KnowledgePart(Part):
    rag_enabled: bool | UnsetType = UNSET
    knowledge_ids: list[int] | UnsetType = UNSET


class BuiltInTool(Part):
    """What is common to all tools; everything else depends on the tool and is kept as sent."""

    tool_type: Literal[
        "end_call",
        "transfer_call",
        "transfer_agent",
        "send_sms",
        "send_dtmf",
        "search_address",
        "skill",
    ]
    name: str | UnsetType = UNSET
    response_mode: Literal["wait", "fire_and_forget"] | UnsetType = UNSET


class TransferAgentTool(BuiltInTool, kw_only=True):
    agent: MappingBody


class AgentData(Part):
    prompt: PromptPart | UnsetType = UNSET
    stt: SttPart | UnsetType = UNSET
    llm: LlmPart | UnsetType = UNSET
    voice: VoicePart | UnsetType = UNSET
    speech: SpeechPart | UnsetType = UNSET
    call_settings: CallSettingsPart | UnsetType = UNSET
    chat_settings: ChatSettingsPart | UnsetType = UNSET
    post_call: PostCallPart | UnsetType = UNSET
    security: SecurityPart | UnsetType = UNSET
    memory: MemoryPart | UnsetType = UNSET
    webhook_settings: WebhookSettingsPart | UnsetType | None = UNSET
    knowledge: KnowledgePart | UnsetType = UNSET
    takeover_transcription: bool | UnsetType = UNSET
    preset_dynamic_variables: dict[str, str] | UnsetType = UNSET
    tool_ids: list[Uuid] | UnsetType = UNSET
    built_in_tools: list[dict[str, Any]] | UnsetType = UNSET
    manuals: dict[str, Any] | UnsetType = UNSET

    def broken_rules(self) -> Iterator[FieldProblem]:
        """What is wrong beyond the shape, told from the root of the request."""
        if isinstance(self.call_settings, CallSettingsPart):
            yield from _screening_problems(self.call_settings.call_screening)
        if isinstance(self.post_call, PostCallPart):
            yield from _action_problems(self.post_call.actions)
        yield from _tool_problems(self.built_in_tools)

    def sent(self) -> dict[str, Any]:
        """Only what was sent, as it is kept: languages without their regions."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        stt = data.get("stt", {})
        if "languages" in stt:
            codes = (language.split("-")[0].lower() for language in stt["languages"])
            stt["languages"] = list(dict.fromkeys(codes))
        return data


def _screening_problems(screening: CallScreening | UnsetType | None) -> Iterator[FieldProblem]:
    if not isinstance(screening, CallScreening):
        return
    static = screening.prompt_type == "static"
    name = "staticSentence" if static else "prompt"
    words = screening.static_sentence if static else screening.prompt
    if not (words or "").strip():
        yield FieldProblem(f"data.callSettings.callScreening.{name}", "needed_for_screening")


def _action_problems(actions: list[PostCallAction] | UnsetType) -> Iterator[FieldProblem]:
    for place, action in enumerate(actions or ()):
        if action.type == "enum" and not action.enum_options:
            yield FieldProblem(f"data.postCall.actions.{place}.enumOptions", "needed_for_enum")


def _tool_problems(tools: list[dict[str, Any]] | UnsetType) -> Iterator[FieldProblem]:
    for place, tool in enumerate(tools or ()):
        transfers = tool.get("toolType") == "transfer_agent"
        shape = TransferAgentTool if transfers else BuiltInTool
        yield from problems_of_known_fields(tool, shape, f"data.builtInTools.{place}")
