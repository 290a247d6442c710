"""What people read about routing: each step of a trace in Korean, reasons in both languages."""

from collections.abc import Mapping
from typing import Final

from dialplane.domain.routing import Why

KOREAN: Final[Mapping[Why, str]] = {
    Why.NO_SOURCE_GIVEN: "출발지 주소가 없어 확인하지 않았습니다.",
    Why.SOURCE_KNOWN: "{subject}은(는) 등록된 트렁크, 런타임 또는 통신사의 주소입니다.",
    Why.OPEN_TO_ANYONE: "{subject}은(는) 등록되지 않았지만 모든 주소가 허용된 번호입니다.",
    Why.SOURCE_OF_NOBODY: "{subject}은(는) 어떤 트렁크, 허용 목록, 런타임, 통신사에도 없습니다.",
    Why.HELD: "{subject}은(는) 보유 중인 번호입니다.",
    Why.NOT_HELD: "이 출발지에서 걸 수 있는 보유 번호 중에 {subject}이(가) 없습니다.",
    Why.SOURCE_ACCEPTED: "번호가 {subject}에서 오는 통화를 허용합니다.",
    Why.SOURCE_OF_ANOTHER_TRUNK: "{subject}은(는) 이 번호가 허용하는 출발지가 아닙니다.",
    Why.NO_SOURCE_ACCEPTED_YET: (
        "이 번호에는 허용된 출발지가 없습니다. 트렁크 주소가 아직 확인되지 않았고 허용 목록도"
        " 비어 있습니다. 통화는 {subject}에서 왔습니다."
    ),
    Why.NOT_ASKED_FOR: "해당 없음.",
    Why.EDGE_WILL_CHALLENGE: "엣지가 발신자에게 인증을 요구합니다.",
    Why.CREDENTIALS_RIGHT: "발신자 인증에 성공했습니다.",
    Why.CREDENTIALS_WRONG: "발신자 인증에 실패했습니다.",
    Why.IN_SERVICE: "사용 중인 번호입니다({subject}).",
    Why.STARTS_LATER: "아직 서비스 시작 전입니다. 시작 시각: {subject}.",
    Why.SERVICE_ENDED: "서비스가 끝났습니다. 종료 시각: {subject}.",
    Why.APPROVED: "{subject}은(는) 발신 번호로 표시할 수 있습니다.",
    Why.NOT_APPROVED: "{subject}은(는) 발신 번호 표시 승인을 받지 않았습니다.",
    Why.MAPPED: "번호에 에이전트 {subject}이(가) 매핑되어 있습니다.",
    Why.CHOSEN_BY_SPLIT: "트래픽 분할이 이 발신자에게 {subject}을(를) 선택했습니다.",
    Why.NAMED_BY_CALLER: "통화를 건 쪽이 에이전트 {subject}을(를) 지정했습니다.",
    Why.FALLBACK: "대체 경로: {subject}.",
    Why.NOT_MAPPED: "매핑된 에이전트가 없습니다.",
    Why.NO_SUCH_AGENT: "에이전트 {subject}이(가) 없습니다.",
    Why.NEVER_PUBLISHED: "에이전트가 게시된 적이 없어 {subject}을(를) 찾을 수 없습니다.",
    Why.NO_SUCH_VERSION: "에이전트에 {subject} 버전이 없습니다.",
    Why.TRIED_ALREADY: "런타임 {subject}은(는) 이미 앞 순서에 있습니다.",
    Why.REACHABLE: "{subject}에 연결할 수 있습니다.",
    Why.NO_RUNTIME: "응답할 런타임이 없습니다. 기본 런타임이 없거나 대상이 비어 있습니다.",
    Why.TARGET_DOWN: "대상 {subject}이(가) 응답하지 않습니다.",
    Why.ALL_TARGETS_DOWN: "응답하는 대상이 없습니다.",
    Why.NOBODY_LEFT: "더 시도할 곳이 없습니다: {subject}.",
    Why.NO_TRUNK: "{subject}(으)로 걸 트렁크가 없습니다.",
    Why.WOULD_LOOP: "{subject}(으)로 넘기면 통화가 되돌아옵니다.",
    Why.BELOW_LIMIT: "제한 이내입니다: {subject}.",
    Why.AT_LIMIT: "제한에 도달했습니다: {subject}.",
    Why.TO_TARGET: "대상 {subject}(으)로 연결합니다.",
}

REASONS: Final[dict[str, tuple[str, str]]] = {
    "runtime_missing": ("The organization has no such runtime.", "조직에 해당 런타임이 없습니다."),
    "repeated": ("Stands there already.", "이미 있는 값입니다."),
    "name_another_default": (
        "Make another runtime the default instead.",
        "다른 런타임을 기본으로 지정하세요.",
    ),
    "needs_credentials": (
        "The trunk has no auth_username and auth_password to ask for.",
        "트렁크에 auth_username과 auth_password가 없습니다.",
    ),
    "no_weight": (
        "At least one weight has to be above 0.",
        "가중치가 하나 이상 0보다 커야 합니다.",
    ),
    "not_a_telephone": ("Is not a telephone number.", "전화번호가 아닙니다."),
    "not_network": (
        "Is not a network like 203.0.113.0/24, or has bits set behind its prefix.",
        "203.0.113.0/24와 같은 네트워크가 아니거나 접두사 뒤의 비트가 0이 아닙니다.",
    ),
    "not_everybody": ("May not be everybody.", "모든 주소를 허용할 수 없습니다."),
    "not_an_ip_address": ("Is not an IP address.", "IP 주소가 아닙니다."),
    "transfers_in_a_circle": (
        "Calls would be handed on in a circle: {way}.",
        "통화가 순환됩니다: {way}.",
    ),
}
