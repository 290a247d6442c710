"""What people read: every reason for refusing a field, in both languages.

Keys are what the program says, texts what a person reads; blanks are filled from the facts.
"""

import re

from dialplane.api import agent_wording, job_wording, routing_wording
from dialplane.domain.errors import FieldProblem
from dialplane.domain.languages import Language


def reason_text(problem: FieldProblem, language: Language) -> str:
    english, korean = REASONS.get(problem.reason, ("{text}", "{text}"))
    facts = {"text": problem.reason, **problem.facts}
    if problem.reason == "wrong_type":
        facts |= {name: _in_json_words(str(kind), language) for name, kind in facts.items()}
    return (english if language is Language.ENGLISH else korean).format_map(facts)


# The kinds of values as Python calls them, and as readers of JSON do.
_KINDS = {
    "str": ("string", "문자열"),
    "int": ("integer", "정수"),
    "float": ("number", "숫자"),
    "bool": ("boolean", "불리언"),
    "array": ("array", "배열"),
    "object": ("object", "객체"),
}
_KIND = re.compile(r"\b(" + "|".join(_KINDS) + r")\b")


def _in_json_words(kinds: str, language: Language) -> str:
    place = 0 if language is Language.ENGLISH else 1
    return _KIND.sub(lambda kind: _KINDS[kind[0]][place], kinds).replace(" | ", ", ")


REASONS: dict[str, tuple[str, str]] = {
    "unknown_field": ("This field is not known here.", "알 수 없는 필드입니다."),
    "unknown_parameter": (
        "This parameter is not known here.",
        "지원하지 않는 쿼리 파라미터입니다.",
    ),
    "missing": ("This field is required.", "필수 필드입니다."),
    "wrong_type": (
        "Expected {expected}, got {got}.",
        "{expected} 형식이어야 합니다(받은 형식: {got}).",
    ),
    "not_text": ("Expected text.", "문자열이어야 합니다."),
    "too_short": (
        "Has to have at least {limit} characters.",
        "{limit}자 이상이어야 합니다.",
    ),
    "too_long": ("May have at most {limit} characters.", "{limit}자 이하여야 합니다."),
    "too_few": ("Has to have at least {limit} entries.", "항목이 {limit}개 이상이어야 합니다."),
    "too_many": ("May have at most {limit} entries.", "항목이 {limit}개 이하여야 합니다."),
    "repeated_value": ("Names something twice.", "같은 값이 두 번 들어 있습니다."),
    "too_small": ("Has to be {limit} or more.", "{limit} 이상이어야 합니다."),
    "too_large": ("Has to be {limit} or less.", "{limit} 이하여야 합니다."),
    "not_above": ("Has to be more than {limit}.", "{limit}보다 커야 합니다."),
    "not_below": ("Has to be less than {limit}.", "{limit}보다 작아야 합니다."),
    "pattern": (
        "Does not have the form {pattern}.",
        "형식이 올바르지 않습니다({pattern}).",
    ),
    "not_digits": ("Has to consist of digits only.", "숫자로만 이루어져야 합니다."),
    "not_trunk_id": (
        "Is no trunk id, such as ST_4fQ9xT2mKc7L.",
        "트렁크 id 형식이 아닙니다(예: ST_4fQ9xT2mKc7L).",
    ),
    "not_uuid": ("Is not a UUID.", "UUID 형식이 아닙니다."),
    "not_https": ("Has to begin with https://.", "https://로 시작해야 합니다."),
    "not_selector": (
        "Has to be current, production or vN.",
        "current, production 또는 vN이어야 합니다.",
    ),
    "not_one_of": ("Has to be one of {allowed}.", "다음 값 중 하나여야 합니다: {allowed}."),
    "unknown_value": (
        "{value} is not a value this field knows.",
        "허용되지 않는 값입니다: {value}.",
    ),
    "empty_change": (
        "At least one field has to be given.",
        "변경할 필드를 하나 이상 보내야 합니다.",
    ),
    "exactly_one_of": ("Give exactly one of {names}.", "{names} 중 정확히 하나만 보내야 합니다."),
    "not_json": ("The body is not JSON.", "본문이 올바른 JSON이 아닙니다."),
    "not_object": ("The body has to be a JSON object.", "본문은 JSON 객체여야 합니다."),
    "not_utf8": ("This is not UTF-8.", "UTF-8 인코딩이 아닙니다."),
    "duplicate_key": ("This key stands twice in one object.", "같은 키가 두 번 나타납니다."),
    "nested_too_deep": (
        "May be nested at most {limit} levels deep.",
        "중첩은 {limit}단계까지만 허용됩니다.",
    ),
    "bad_character": (
        "Holds a character that cannot be stored (U+0000 or half a surrogate pair).",
        "저장할 수 없는 문자가 들어 있습니다(U+0000 또는 짝이 없는 서로게이트).",
    ),
    "number_out_of_range": ("This number is out of range.", "허용 범위를 벗어난 숫자입니다."),
    "repeated_parameter": ("May be given once only.", "한 번만 보낼 수 있습니다."),
    "bad_cursor": (
        "This cursor does not belong to this list with these filters.",
        "이 목록과 필터에 맞지 않는 커서입니다.",
    ),
    "key_too_long": ("May have at most 255 characters.", "255자 이하여야 합니다."),
    "key_empty": ("May not be empty.", "비어 있을 수 없습니다."),
    "agent_missing": (
        "The organization has no such agent.",
        "조직에 해당 에이전트가 없습니다.",
    ),
    "never_published": (
        "This agent was never published.",
        "프로덕션에 게시된 적이 없는 에이전트입니다.",
    ),
    "no_such_version": ("This agent has no such version.", "존재하지 않는 버전입니다."),
    "number_not_held": (
        "The organization holds no such number.",
        "조직이 보유하지 않은 번호입니다.",
    ),
    "number_not_in_service": (
        "This number is not in service.",
        "현재 사용할 수 없는 번호입니다.",
    ),
    "number_without_trunk": (
        "This number has no trunk to call out over.",
        "발신에 사용할 트렁크가 없는 번호입니다.",
    ),
    "not_approved": (
        "Is not approved as a caller number of the organization.",
        "조직에 승인된 발신 표시 번호가 아닙니다.",
    ),
    "no_outbound_agent": (
        "The number maps no outbound agent; name one.",
        "번호에 발신 에이전트가 없습니다. agent를 지정하세요.",
    ),
    "split_chooses": (
        "A traffic split of this number chooses the agent; leave it out.",
        "트래픽 분배가 활성화된 번호에는 agent를 보낼 수 없습니다.",
    ),
    "calls_itself": (
        "A number cannot call itself.",
        "발신 번호와 같은 번호로는 걸 수 없습니다.",
    ),
    "needs_one_agent": (
        "Needs exactly one agent_id beside it.",
        "agent_id를 정확히 하나 함께 보내야 합니다.",
    ),
    "start_out_of_range": (
        "Has to lie in the future, at most {days} days ahead.",
        "현재 이후 {days}일 이내의 시각이어야 합니다.",
    ),
    "live_from_sandbox": (
        "A test key makes test keys only.",
        "테스트 키로는 테스트 키만 만들 수 있습니다.",
    ),
    "unknown_time_zone": (
        "Not a time zone of the IANA database, like Asia/Seoul or UTC.",
        "IANA 시간대 이름이 아닙니다(예: Asia/Seoul, UTC).",
    ),
    "range_backwards": (
        "Has to lie before the end of the range.",
        "구간의 끝보다 앞선 시각이어야 합니다.",
    ),
    "range_too_long": (
        "Has to lie at most {days} days before the end of the range.",
        "구간의 끝에서 {days}일 이내의 시각이어야 합니다.",
    ),
    "in_the_past": ("Has to lie in the future.", "현재 이후의 시각이어야 합니다."),
    "too_far_ahead": (
        "A clock moves at most {days} days at a time.",
        "한 번에 {days}일까지만 앞당길 수 있습니다.",
    ),
    "end_of_time": (
        "The clock of a sandbox ends with the year 8999.",
        "샌드박스 시계는 8999년까지만 움직일 수 있습니다.",
    ),
    "needed_with_sip_change": (
        "Has to come along when address or auth_username changes.",
        "address 또는 auth_username을 바꿀 때는 함께 보내야 합니다.",
    ),
    "needed_with_user_name": (
        "A user name needs a password.",
        "auth_username에는 auth_password가 필요합니다.",
    ),
    "needed_with_password": (
        "A password needs a user name.",
        "auth_password에는 auth_username이 필요합니다.",
    ),
    "control_character": (
        "May not hold control characters.",
        "제어 문자는 사용할 수 없습니다.",
    ),
    "null_alone": (
        "Cannot be cleared alone; clear auth_username to clear both.",
        "단독으로 null을 보낼 수 없습니다. auth_username을 null로 보내면 둘 다 지워집니다.",
    ),
    "sip_private": (
        "Loopback, link-local and metadata addresses are not allowed.",
        "루프백, 링크 로컬, 메타데이터 주소는 사용할 수 없습니다.",
    ),
    "sip_empty": ("Is empty.", "비어 있습니다."),
    "sip_too_long": ("May have at most 255 characters.", "255자 이하여야 합니다."),
    "sip_characters": (
        "Holds characters no SIP address has.",
        "SIP 주소에 쓸 수 없는 문자가 들어 있습니다.",
    ),
    "sip_scheme": ("Only sip: and sips: are known.", "sip: 또는 sips: 주소만 사용할 수 있습니다."),
    "sip_user_part": (
        "A trunk address has no user part.",
        "트렁크 주소에는 사용자 부분을 넣을 수 없습니다.",
    ),
    "sip_headers": (
        "A trunk address has no headers.",
        "트렁크 주소에는 헤더를 넣을 수 없습니다.",
    ),
    "sip_host": ("Has no valid host.", "호스트가 올바르지 않습니다."),
    "sip_ipv6_without_brackets": (
        "An IPv6 address stands in brackets.",
        "IPv6 주소는 대괄호로 감싸야 합니다.",
    ),
    "sip_port": ("The port has to lie between 1 and 65535.", "포트는 1~65535여야 합니다."),
    "sip_parameter": (
        "Only the parameter transport is known.",
        "transport 파라미터만 사용할 수 있습니다.",
    ),
    "sip_transport": (
        "The transport has to be udp, tcp or tls, and tls for sips:.",
        "transport는 udp, tcp, tls 중 하나여야 하며 sips:는 tls만 가능합니다.",
    ),
    **agent_wording.REASONS,
    **job_wording.REASONS,
    **routing_wording.REASONS,
}

MESSAGES_IN_KOREAN: dict[str, str] = {
    "VALIDATION_ERROR": "요청이 올바르지 않습니다.",
    "UNAUTHORIZED": "유효한 조직 API 키가 필요합니다.",
    "FORBIDDEN": "API 키에 이 작업에 필요한 권한이 없습니다.",
    "NOT_FOUND": "리소스를 찾을 수 없습니다.",
    "METHOD_NOT_ALLOWED": "이 경로에서 지원하지 않는 메서드입니다.",
    "NUMBER_UNAVAILABLE": "구매할 수 없거나 이미 판매된 번호입니다.",
    "NUMBER_ALREADY_HELD": "이미 보유 중인 번호입니다.",
    "NUMBER_EXPIRED": "만료된 번호는 변경할 수 없습니다.",
    "PROVIDER_MISMATCH": "이 번호 제공자에는 사용할 수 없는 작업입니다.",
    "CANCELLATION_NOT_PENDING": "철회할 해지 요청이 없습니다.",
    "AGENT_IN_USE": "번호에 매핑된 에이전트는 삭제할 수 없습니다.",
    "SUPPLIER_EXISTS": "같은 이름의 공급사가 이미 있습니다.",
    "SUPPLIER_IN_USE": "이 공급사의 번호가 아직 사용 중입니다.",
    "CARRIER_EXISTS": "같은 이름의 통신사가 이미 있습니다.",
    "RUNTIME_IN_USE": "에이전트나 번호가 사용 중인 런타임은 삭제할 수 없습니다.",
    "REVISION_CONFLICT": "리소스가 그 사이에 변경되었습니다.",
    "IDEMPOTENCY_KEY_REUSED": "다른 요청에 이미 사용된 Idempotency-Key입니다.",
    "IDEMPOTENCY_IN_PROGRESS": "같은 Idempotency-Key의 요청을 처리하고 있습니다.",
    "KEY_INACTIVE": "폐기되었거나 만료된 API 키입니다.",
    "SANDBOX_ONLY": "샌드박스에서만 사용할 수 있습니다. 테스트 키를 사용하세요.",
    **job_wording.MESSAGES_IN_KOREAN,
    "RATE_LIMITED": "요청이 너무 많습니다. 잠시 후 다시 시도하세요.",
    "PAYLOAD_TOO_LARGE": "요청 본문이 너무 큽니다.",
    "UNSUPPORTED_MEDIA_TYPE": "본문의 형식이 이 작업에서 받는 것이 아닙니다.",
    "UNAVAILABLE": "지금은 데이터베이스에 연결할 수 없습니다. 다시 시도하세요.",
    "INTERNAL_ERROR": "내부 오류가 발생했습니다.",
}

# Errors that share a code and have something else to say.
MESSAGES_BY_ERROR_IN_KOREAN: dict[str, str] = {
    "PurchaseInDoubt": "공급사가 아직 이 구매를 확정하지 않았습니다."
    " 같은 Idempotency-Key로 다시 요청하거나 /x/v1/purchases에서 확인하세요.",
    "SupplierUnavailable": "지금은 공급사에 연결할 수 없습니다. 아무것도 구매하지 않았습니다."
    " 다시 시도하세요.",
}
