"""Each part of an agent's data has its shape; what is wrong is named where it stands."""

from typing import Any

import pytest

from dialplane.api.agent_data import AgentData
from dialplane.api.shapes import Shape, shaped
from dialplane.domain.agent_data import filled
from dialplane.domain.errors import FieldProblem, Invalid

AGENT = "01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e22"


class Body(Shape):
    """Stands for any request that carries data."""

    data: AgentData

    def broken_rules(self) -> Any:
        return self.data.broken_rules()


def sent(data: dict[str, Any]) -> dict[str, Any]:
    return shaped({"data": data}, Body).data.sent()


def problems(data: dict[str, Any]) -> list[FieldProblem]:
    with pytest.raises(Invalid) as refusal:
        sent(data)
    return refusal.value.problems


def refused(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in problems(data)]


EVERYTHING: dict[str, Any] = {
    "prompt": {
        "prompt": "Answer {{name}}.",
        "firstLine": "Hello.",
        "firstLineType": "aiFirstStatic",
        "pauseBeforeSpeakingSeconds": 0.5,
        "isFirstMessageInterruptible": False,
    },
    "stt": {"languages": ["ko"], "speed": "low"},
    "llm": {"model": "m", "temperature": 0, "reasoningEffort": "minimal", "thinkingBudget": 0},
    "voice": {
        "id": "v",
        "provider": "p",
        "model": "m",
        "speed": 1.5,
        "volume": 2,
        "language": "ko-KR",
        "temperature": 1,
    },
    "speech": {
        "responsiveness": 0,
        "boostedKeywords": "a,b",
        "isAllowInterruption": False,
        "isAllowTurnDetection": False,
        "vadMinSilenceDuration": 0,
    },
    "callSettings": {
        "backgroundMusic": "cafe",
        "backgroundMusicVolume": 1,
        "noiseCancellation": "nc",
        "activationThreshold": 0.1,
        "callTimeoutInSeconds": 60,
        "silenceCallTimeoutInSeconds": 10,
        "ringDurationInSeconds": 20,
        "dtmfInterruptible": True,
        "dtmfTerminationEnabled": True,
        "dtmfTerminationKey": "*",
        "dtmfTimeoutSeconds": 1,
        "callScreening": {
            "promptType": "static",
            "staticSentence": "It is about your order.",
            "prompt": None,
            "endCallAfterResponse": True,
        },
    },
    "chatSettings": {"silenceChatTimeoutInSeconds": 120},
    "postCall": {
        "actions": [
            {
                "name": "topic",
                "type": "enum",
                "isNullable": True,
                "description": "What it was about",
                "enumOptions": ["refund", "other"],
            }
        ]
    },
    "security": {
        "optOutSensitiveDataStorage": True,
        "dataRetention": {"durationSeconds": 0, "retainedDataTypes": ["recording"]},
        "piiMasking": {
            "enabled": True,
            "name": True,
            "phone": True,
            "birthDate": True,
            "address": True,
            "email": True,
            "residentId": True,
        },
    },
    "memory": {"enabled": True},
    "webhookSettings": {
        "callDataWebhookUrl": "https://hooks.example.com/calls?a=1",
        "inboundCallWebhookUrl": "https://hooks.example.com",
        "webhookVersion": "v2",
        "enableAlimtalkOnCallEnd": True,
        "inboundCallWebhookSigningEnabled": True,
    },
    "knowledge": {"ragEnabled": True, "knowledgeIds": [42]},
    "takeoverTranscription": False,
    "presetDynamicVariables": {"name": "you"},
    "toolIds": [AGENT],
    "builtInTools": [
        {"toolType": "end_call", "name": "end", "responseMode": "wait", "anything": {"kept": 1}},
        {"toolType": "transfer_agent", "agent": {"agent_id": AGENT, "agent_version": "v3"}},
    ],
    "manuals": {AGENT: {"title": "Refunds"}},
}


class TestWhatIsKept:
    def test_everything_is_kept_as_it_was_sent(self) -> None:
        assert sent(EVERYTHING) == EVERYTHING
        assert repr(sent(EVERYTHING)["voice"]) == repr(EVERYTHING["voice"])

    def test_what_is_left_out_stays_left_out(self) -> None:
        assert sent({}) == {}
        assert sent({"prompt": {}, "speech": {"responsiveness": 1}}) == {
            "prompt": {},
            "speech": {"responsiveness": 1},
        }

    def test_a_new_agent_has_every_field_there_is(self) -> None:
        whole = filled(sent(EVERYTHING))
        default = filled({})

        assert whole == EVERYTHING
        assert default.keys() == EVERYTHING.keys()
        for part, fields in EVERYTHING.items():
            if isinstance(default[part], dict) and part not in {
                "presetDynamicVariables",
                "manuals",
            }:
                assert default[part].keys() == fields.keys()

    def test_defaults_have_the_shape_of_what_one_may_send(self) -> None:
        assert sent(filled({})) == filled({})

    def test_objects_that_are_replaced_whole_are_filled_up(self) -> None:
        kept = sent(
            {
                "security": {"piiMasking": {"enabled": True}, "dataRetention": {}},
                "postCall": {"actions": [{"name": "solved", "type": "boolean"}]},
                "callSettings": {"callScreening": {"promptType": "dynamic", "prompt": "Say why."}},
            }
        )

        assert kept["security"]["piiMasking"]["residentId"] is False
        assert kept["security"]["dataRetention"] == {
            "durationSeconds": None,
            "retainedDataTypes": [],
        }
        assert kept["postCall"]["actions"][0] == {
            "name": "solved",
            "type": "boolean",
            "isNullable": False,
            "description": None,
            "enumOptions": None,
        }
        assert kept["callSettings"]["callScreening"]["endCallAfterResponse"] is False

    def test_regions_of_languages_are_dropped(self) -> None:
        kept = sent({"stt": {"languages": ["ko-KR", "EN-us", "ko"]}})

        assert kept["stt"]["languages"] == ["ko", "en"]

    @pytest.mark.parametrize(
        "part",
        [
            {"llm": {"model": "m", "temperature": None, "thinkingBudget": None}},
            {"voice": {"id": "v", "provider": "p", "speed": None, "temperature": None}},
            {"stt": {"speed": None}},
            {"speech": {"boostedKeywords": None}},
            {"callSettings": {"callTimeoutInSeconds": None, "callScreening": None}},
            {"security": {"dataRetention": None}},
            {"webhookSettings": None},
            {"webhookSettings": {"callDataWebhookUrl": None, "webhookVersion": None}},
        ],
    )
    def test_null_is_kept_where_it_means_something(self, part: dict[str, Any]) -> None:
        assert sent(part) == part


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"manualIds": []}, "data.manualIds"),
            ({"prompts": {}}, "data.prompts"),
            ({"prompt": {"first_line": "x"}}, "data.prompt.first_line"),
            ({"security": {"piiMasking": {"iban": True}}}, "data.security.piiMasking.iban"),
            (
                {"postCall": {"actions": [{"name": "a", "type": "string", "x": 1}]}},
                "data.postCall.actions.0.x",
            ),
        ],
    )
    def test_fields_nobody_knows(self, data: dict[str, Any], field: str) -> None:
        assert refused(data) == [(field, "unknown_field")]

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"llm": {}}, "data.llm.model"),
            ({"llm": {"temperature": 1}}, "data.llm.model"),
            ({"voice": {"provider": "p"}}, "data.voice.id"),
            ({"voice": {"id": "v", "speed": 1}}, "data.voice.provider"),
            ({"postCall": {"actions": [{"type": "string"}]}}, "data.postCall.actions.0.name"),
            (
                {"callSettings": {"callScreening": {"prompt": "x"}}},
                "data.callSettings.callScreening.promptType",
            ),
        ],
    )
    def test_parts_without_what_makes_them_whole(self, data: dict[str, Any], field: str) -> None:
        assert refused(data) == [(field, "missing")]

    @pytest.mark.parametrize(
        ("part", "field", "value", "reason"),
        [
            ("prompt", "pauseBeforeSpeakingSeconds", 5.1, "too_large"),
            ("prompt", "pauseBeforeSpeakingSeconds", -1, "too_small"),
            ("prompt", "firstLineType", "aiFirst", "unknown_value"),
            ("prompt", "prompt", None, "wrong_type"),
            ("prompt", "isFirstMessageInterruptible", 1, "wrong_type"),
            ("stt", "languages", [], "too_few"),
            ("stt", "speed", "fastest", "unknown_value"),
            ("speech", "responsiveness", 1.01, "too_large"),
            ("speech", "responsiveness", True, "wrong_type"),
            ("speech", "vadMinSilenceDuration", -0.1, "too_small"),
            ("callSettings", "backgroundMusic", None, "wrong_type"),
            ("callSettings", "backgroundMusicVolume", 2, "too_large"),
            ("callSettings", "noiseCancellation", "krisp", "unknown_value"),
            ("callSettings", "activationThreshold", -1, "too_small"),
            ("callSettings", "callTimeoutInSeconds", 1.5, "wrong_type"),
            ("callSettings", "dtmfTerminationKey", "10", "unknown_value"),
            ("callSettings", "dtmfTimeoutSeconds", 0, "too_small"),
            ("chatSettings", "silenceChatTimeoutInSeconds", 119, "too_small"),
            ("chatSettings", "silenceChatTimeoutInSeconds", 172_801, "too_large"),
            ("webhookSettings", "webhookVersion", "v3", "unknown_value"),
            ("webhookSettings", "inboundCallWebhookSigningEnabled", None, "wrong_type"),
            ("knowledge", "knowledgeIds", ["42"], "wrong_type"),
        ],
    )
    def test_values_outside_their_range(
        self, part: str, field: str, value: object, reason: str
    ) -> None:
        [(where, why)] = refused({part: {field: value}})

        assert where.startswith(f"data.{part}.{field}")
        assert why == reason

    @pytest.mark.parametrize(
        ("field", "value", "reason"),
        [
            ("temperature", 2.5, "too_large"),
            ("temperature", "hot", "wrong_type"),
            ("reasoningEffort", "extreme", "unknown_value"),
            ("thinkingBudget", -1, "too_small"),
        ],
    )
    def test_values_no_model_has(self, field: str, value: object, reason: str) -> None:
        assert refused({"llm": {"model": "m", field: value}}) == [(f"data.llm.{field}", reason)]

    @pytest.mark.parametrize(
        ("duration", "reason"), [(-1, "too_small"), (315_576_001, "too_large")]
    )
    def test_keeping_data_for_longer_than_ten_years(self, duration: int, reason: str) -> None:
        data = {"security": {"dataRetention": {"durationSeconds": duration}}}

        assert refused(data) == [("data.security.dataRetention.durationSeconds", reason)]

    @pytest.mark.parametrize(
        "url",
        [
            "http://hooks.example.com",
            "https://",
            "https://hooks.example.com/{{call_id}}",
            "https://hooks.example.com/a b",
            "https://hooks.example.com\n",
            "ftp://hooks.example.com",
            "hooks.example.com",
            "",
        ],
    )
    @pytest.mark.parametrize("field", ["callDataWebhookUrl", "inboundCallWebhookUrl"])
    def test_webhooks_that_are_no_fixed_https_address(self, field: str, url: str) -> None:
        assert refused({"webhookSettings": {field: url}}) == [
            (f"data.webhookSettings.{field}", "pattern")
        ]

    @pytest.mark.parametrize("language", ["", "korean", "ko_KR", "k", "ko-", "ko\n", "한국어"])
    def test_languages_that_are_no_codes(self, language: str) -> None:
        assert refused({"stt": {"languages": ["ko", language]}}) == [
            ("data.stt.languages.1", "pattern")
        ]

    @pytest.mark.parametrize("options", [None, []])
    def test_choices_without_options(self, options: list[str] | None) -> None:
        actions = [
            {"name": "free", "type": "string"},
            {"name": "topic", "type": "enum", "enumOptions": options},
        ]

        assert refused({"postCall": {"actions": actions}}) == [
            ("data.postCall.actions.1.enumOptions", "needed_for_enum")
        ]

    @pytest.mark.parametrize(
        ("screening", "field"),
        [
            ({"promptType": "static"}, "staticSentence"),
            ({"promptType": "static", "staticSentence": " ", "prompt": "x"}, "staticSentence"),
            ({"promptType": "dynamic", "staticSentence": "x"}, "prompt"),
        ],
    )
    def test_screening_with_nothing_to_say(self, screening: dict[str, Any], field: str) -> None:
        assert refused({"callSettings": {"callScreening": screening}}) == [
            (f"data.callSettings.callScreening.{field}", "needed_for_screening")
        ]

    @pytest.mark.parametrize(
        ("tool", "field", "reason"),
        [
            ({}, "toolType", "missing"),
            ({"toolType": "teleport"}, "toolType", "unknown_value"),
            ({"toolType": "end_call", "responseMode": "later"}, "responseMode", "unknown_value"),
            ({"toolType": "end_call", "name": 7}, "name", "wrong_type"),
            ({"toolType": "transfer_agent"}, "agent", "missing"),
            ({"toolType": "transfer_agent", "agent": {}}, "agent.agent_id", "missing"),
            (
                {"toolType": "transfer_agent", "agent": {"agent_id": "night desk"}},
                "agent.agent_id",
                "not_uuid",
            ),
            (
                {
                    "toolType": "transfer_agent",
                    "agent": {"agent_id": AGENT, "agent_version": "latest"},
                },
                "agent.agent_version",
                "not_selector",
            ),
            (
                {"toolType": "transfer_agent", "agent": {"agent_id": AGENT, "version": "v1"}},
                "agent.version",
                "unknown_field",
            ),
        ],
    )
    def test_tools_no_runtime_knows(self, tool: dict[str, Any], field: str, reason: str) -> None:
        harmless = {"toolType": "end_call"}

        assert refused({"builtInTools": [harmless, tool]}) == [
            (f"data.builtInTools.1.{field}", reason)
        ]

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"toolIds": ["not-a-uuid"]}, "data.toolIds.0"),
            ({"toolIds": [AGENT + "\n"]}, "data.toolIds.0"),
        ],
    )
    def test_tools_that_are_no_ids(self, data: dict[str, Any], field: str) -> None:
        assert refused(data) == [(field, "not_uuid")]

    @pytest.mark.parametrize("value", [1, None, ["a"]])
    def test_variables_that_are_no_text(self, value: object) -> None:
        [(field, reason)] = refused({"presetDynamicVariables": {"name": value}})

        assert (field.startswith("data.presetDynamicVariables"), reason) == (True, "wrong_type")

    @pytest.mark.parametrize("part", sorted(EVERYTHING.keys() - {"webhookSettings"}))
    def test_null_for_a_part_that_cannot_be_cleared(self, part: str) -> None:
        assert refused({part: None}) == [(f"data.{part}", "wrong_type")]

    def test_everything_that_is_wrong_is_told_at_once(self) -> None:
        data = {
            "llm": {"temperature": 3},
            "voice": {"id": "v"},
            "prompt": {"firstLineType": "aiFirst", "extra": 1},
        }

        assert refused(data) == [
            ("data.prompt.extra", "unknown_field"),
            ("data.prompt.firstLineType", "unknown_value"),
            ("data.llm.model", "missing"),
            ("data.llm.temperature", "too_large"),
            ("data.voice.provider", "missing"),
        ]
