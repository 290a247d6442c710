"""What an agent's `data` holds when nobody said otherwise, and how a change lands in it."""

from copy import deepcopy
from typing import Any, Final

RUNTIMES_CHOICE: Final = "default"
"""Model and voice of an agent that names none; the runtime that answers its calls chooses."""

DEFAULT_DATA: Final[dict[str, Any]] = {
    "prompt": {
        "prompt": "",
        "firstLine": "",
        "firstLineType": "aiFirstDynamic",
        "pauseBeforeSpeakingSeconds": 0,
        "isFirstMessageInterruptible": True,
    },
    "stt": {"languages": ["ko"], "speed": "high"},
    "llm": {
        "model": RUNTIMES_CHOICE,
        "temperature": None,
        "reasoningEffort": None,
        "thinkingBudget": None,
    },
    "voice": {
        "id": RUNTIMES_CHOICE,
        "provider": RUNTIMES_CHOICE,
        "model": None,
        "speed": 1,
        "volume": 1,
        "language": None,
        "temperature": 0.9,
    },
    "speech": {
        "responsiveness": 1,
        "boostedKeywords": None,
        "isAllowInterruption": True,
        "isAllowTurnDetection": True,
        "vadMinSilenceDuration": 0.5,
    },
    "callSettings": {
        "backgroundMusic": "none",
        "backgroundMusicVolume": 0.5,
        "noiseCancellation": "bvc",
        "activationThreshold": 0.55,
        "callTimeoutInSeconds": 900,
        "silenceCallTimeoutInSeconds": 30,
        "ringDurationInSeconds": 30,
        "dtmfInterruptible": False,
        "dtmfTerminationEnabled": False,
        "dtmfTerminationKey": "#",
        "dtmfTimeoutSeconds": 3,
        "callScreening": None,
    },
    "chatSettings": {"silenceChatTimeoutInSeconds": 3600},
    "postCall": {"actions": []},
    "security": {
        "optOutSensitiveDataStorage": False,
        "dataRetention": None,
        "piiMasking": {
            "enabled": False,
            "name": False,
            "phone": False,
            "birthDate": False,
            "address": False,
            "email": False,
            "residentId": False,
        },
    },
    "memory": {"enabled": False},
    "webhookSettings": None,
    "knowledge": {"ragEnabled": False, "knowledgeIds": []},
    "takeoverTranscription": True,
    "presetDynamicVariables": {},
    "toolIds": [],
    "builtInTools": [],
    "manuals": {},
}
"""Model, voice and language are our choice, as is every null: the contract names no value there."""

NO_WEBHOOKS: Final[dict[str, Any]] = {
    "callDataWebhookUrl": None,
    "inboundCallWebhookUrl": None,
    "webhookVersion": None,
    "enableAlimtalkOnCallEnd": False,
    "inboundCallWebhookSigningEnabled": False,
}

_BLANK: Final = DEFAULT_DATA | {"webhookSettings": NO_WEBHOOKS}
"""What a part that is not there starts from, so that it is never half there."""

_REPLACED_WHOLE: Final = frozenset({"presetDynamicVariables", "manuals"})


def filled(sent: dict[str, Any] | None) -> dict[str, Any]:
    """The whole data of a new agent, of which the caller may have sent any part."""
    return merged(deepcopy(DEFAULT_DATA), sent or {})


def merged(data: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Object parts merge one level deep; maps, lists and single values are replaced whole."""
    parts = {part: _merged_part(part, data.get(part), sent) for part, sent in change.items()}
    after = {**data, **parts}
    return {**after, "stt": _hearing(after["stt"])}


def _merged_part(part: str, kept: Any, sent: Any) -> Any:
    if not isinstance(sent, dict) or part in _REPLACED_WHOLE:
        return sent
    return {**(deepcopy(_BLANK[part]) if kept is None else kept), **sent}


def _hearing(stt: dict[str, Any]) -> dict[str, Any]:
    """Speed exists for one language only; nobody who adds a second has to know that."""
    return stt if len(stt["languages"]) == 1 else {**stt, "speed": None}
