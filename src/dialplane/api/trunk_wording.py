"""What people read about an examined trunk; the English words are the domain's."""

from typing import Final

from dialplane.domain.languages import Language
from dialplane.domain.trunk_checks import StepReport
from dialplane.domain.trunk_findings import Finding


def step_body(report: StepReport, language: Language) -> dict[str, object]:
    found, fix = report.found, report.fix
    if language is Language.KOREAN:
        told, advice = IN_KOREAN[report.finding]
        found = told.format_map(report.blanks)
        fix = advice.format_map(report.blanks) or None
    return {
        "step": report.step,
        "verdict": report.verdict,
        "code": report.finding,
        "found": found,
        "fix": fix,
        "duration_ms": report.duration_ms,
        "details": dict(report.facts),
    }


_NAME_AND_WAY: Final[dict[Finding, tuple[str, str]]] = {
    Finding.ADDRESS_UNDERSTOOD: ("{uri} 주소로 이해했습니다.", ""),
    Finding.ADDRESS_PRIVATE: (
        "{host}은(는) 이 서버 자신이나 같은 링크, 클라우드 내부를 가리키는 주소입니다.",
        (
            "외부에서 통신사에 연결되는 주소를 사용하세요. 한 대의 장비에서 시험하려면 운영자가"
            " DIALPLANE_ALLOW_PRIVATE_SIP=1을 설정합니다."
        ),
    ),
    Finding.DNS_NOT_NEEDED: ("IP 주소입니다: {addresses}.", ""),
    Finding.DNS_FOUND: ("{host}의 주소를 찾았습니다: {addresses} ({records}).", ""),
    Finding.DNS_NAME_UNKNOWN: (
        "{host}이라는 이름이 없습니다.",
        (
            "통신사가 알려 준 이름과 철자를 비교하세요. 새로 만든 이름은 퍼지는 데 몇 시간이"
            " 걸릴 수 있습니다."
        ),
    ),
    Finding.DNS_NO_ADDRESS: (
        "{host}에 이 전송 방식의 SRV, A, AAAA 레코드가 없습니다.",
        "통신사에 SIP 호스트 이름, 포트, 전송 방식을 문의하세요.",
    ),
    Finding.DNS_FAILED: (
        "네임 서버가 {host}에 대해 답하지 않았습니다: {error}.",
        "다시 점검하세요. 계속되면 이 서버나 통신사의 네임 서버에 문제가 있습니다.",
    ),
    Finding.DNS_PRIVATE: (
        "{host}의 주소가 {addresses}입니다. 이 서버 자신이나 같은 링크, 클라우드 내부입니다.",
        "DNS 레코드를 고치거나, 외부에서 통신사에 연결되는 주소를 사용하세요.",
    ),
    Finding.CONNECTED: ("{peer}에 연결했습니다.", ""),
    Finding.ANSWERED: ("{peer}이(가) 응답합니다.", ""),
    Finding.SPARE_ANSWERED: (
        "{peer}은(는) 응답하지만 {unreachable}은(는) 응답하지 않습니다.",
        "통화는 지연된 뒤 연결됩니다. 응답하지 않는 주소를 통신사에 문의하세요.",
    ),
    Finding.NO_ANSWER: (
        "{peer}이(가) 제시간에 응답하지 않았습니다.",
        (
            "이 서버와 엣지의 공인 주소를 통신사에 등록하세요. 모르는 주소에는 응답하지 않는 곳이"
            " 많습니다. 그다음 포트, 전송 방식, 방화벽을 확인하세요."
        ),
    ),
    Finding.NOBODY_LISTENS: (
        "{peer}에 도달했지만 이 포트를 여는 프로그램이 없습니다.",
        "통신사가 알려 준 포트와 전송 방식을 비교하세요. 보통 UDP와 TCP는 5060, TLS는 5061입니다.",
    ),
    Finding.UNREACHABLE: (
        "{peer}까지 갈 수 없습니다: {error}.",
        "이 서버의 경로와 방화벽을 확인하고, IPv6 주소라면 IPv6 연결도 확인하세요.",
    ),
}

_TLS: Final[dict[Finding, tuple[str, str]]] = {
    Finding.TLS_NOT_USED: ("TLS를 사용하지 않는 주소입니다.", ""),
    Finding.CERTIFICATE_GOOD: (
        "{protocol}, {names} 인증서가 {valid_until_at}까지 유효합니다.",
        "",
    ),
    Finding.CERTIFICATE_EXPIRES_SOON: (
        "{names} 인증서가 {valid_until_at}에 끝납니다.",
        "그 전에 상대가 갱신해야 합니다. 그날부터는 통화가 연결되지 않습니다.",
    ),
    Finding.CERTIFICATE_OTHER_NAME: (
        "인증서가 {host}이(가) 아니라 {names}의 것입니다.",
        "인증서에 있는 이름을 주소로 사용하세요. 엣지는 보증 기관만 보므로 통화는 연결됩니다.",
    ),
    Finding.CERTIFICATE_EXPIRED: (
        "인증서가 지금 유효하지 않습니다: {error}.",
        "상대가 인증서를 갱신해야 합니다. 이 서버의 시계도 확인하세요.",
    ),
    Finding.CERTIFICATE_UNTRUSTED: (
        "이 서버가 신뢰하는 기관이 보증하지 않는 인증서입니다: {error}.",
        (
            "상대가 중간 인증서까지 모두 보내야 합니다. 또는 운영자가 그 기관을 신뢰하게 합니다:"
            " 엣지는 DIALPLANE_EDGE_TLS_TRUSTED, 이 점검은 SSL_CERT_FILE."
        ),
    ),
    Finding.HANDSHAKE_FAILED: (
        "{peer}과(와) TLS로 대화할 수 없습니다: {error}.",
        "포트를 비교하세요. 보통 TLS는 5061입니다. 상대는 TLS 1.2 이상을 지원해야 합니다.",
    ),
}

_OPTIONS: Final[dict[Finding, tuple[str, str]]] = {
    Finding.OPTIONS_ANSWERED: ("OPTIONS에 {sip_code} {sip_reason}(으)로 응답했습니다.", ""),
    Finding.OPTIONS_WITHOUT_INVITE: (
        "상대가 받는 메서드는 {allow}이며 INVITE가 없습니다.",
        "등록이나 메시지용이 아니라 통화용 주소인지 확인하세요.",
    ),
    Finding.OPTIONS_UNHEALTHY: (
        "OPTIONS에 {sip_code} {sip_reason}(으)로 응답했습니다. 엣지는 고장으로 봅니다.",
        "트렁크가 정상인지, OPTIONS에 응답하는지 통신사에 문의하세요.",
    ),
    Finding.OPTIONS_UNANSWERED: (
        "{peer}이(가) 연결은 받았지만 OPTIONS에 응답하지 않았습니다: {error}.",
        "SIP 포트가 맞는지, 통신사가 이 서버와 엣지의 주소를 허용하는지 확인하세요.",
    ),
    Finding.OPTIONS_GARBAGE: (
        "{peer}의 응답이 SIP가 아닙니다.",
        "포트와 전송 방식을 비교하세요. 다른 프로그램이 듣고 있습니다.",
    ),
}

_AUTHENTICATION: Final[dict[Finding, tuple[str, str]]] = {
    Finding.LOGIN_ACCEPTED: ("저장된 로그인이 realm {realm}에서 통합니다.", ""),
    Finding.LOGIN_NOT_NEEDED: ("저장된 로그인이 없고, 상대도 요구하지 않습니다.", ""),
    Finding.LOGIN_NOT_ASKED: (
        (
            "상대가 로그인 없이 OPTIONS에 응답했습니다. 저장된 로그인이 맞는지는 실제 통화로만"
            " 알 수 있습니다."
        ),
        "",
    ),
    Finding.LOGIN_MISSING: (
        "상대가 realm {realm}의 로그인을 요구하지만 저장된 로그인이 없습니다.",
        "통화에도 로그인이 필요하면 auth_username과 auth_password를 저장하세요.",
    ),
    Finding.LOGIN_REFUSED: (
        "realm {realm}이(가) 저장된 사용자 이름과 비밀번호를 거부했습니다({sip_code}).",
        "통신사가 알려 준 auth_username과 auth_password를 다시 저장하세요.",
    ),
    Finding.LOGIN_UNCLEAR: (
        "로그인에 {sip_code} {sip_reason}(으)로 응답해 로그인이 맞는지 알 수 없습니다.",
        "다시 점검하세요. 계속되면 OPTIONS를 어떻게 처리하는지 통신사에 문의하세요.",
    ),
    Finding.LOGIN_METHOD_UNKNOWN: (
        "상대가 엣지가 모르는 다이제스트만 제시합니다: {algorithms}.",
        "통신사에 MD5, qop auth 또는 qop 없는 다이제스트를 요청하세요.",
    ),
    Finding.LOGIN_UNANSWERED: (
        "상대가 OPTIONS에는 응답했지만 로그인에는 응답하지 않았습니다.",
        "다시 점검하세요. 로그인에 여러 번 실패한 상대를 한동안 무시하는 곳도 있습니다.",
    ),
    Finding.CHALLENGE_UNREADABLE: (
        "상대가 {sip_code}(으)로 응답했지만 로그인 방법을 알려 주지 않았습니다.",
        "통신사에 문의하세요. 어떤 통화도 로그인할 수 없습니다.",
    ),
}

_ANY_STEP: Final[dict[Finding, tuple[str, str]]] = {
    Finding.SANDBOX_ASKS_NOBODY: (
        "샌드박스는 아무에게도 묻지 않습니다. 트렁크 점검에는 라이브 키를 사용하세요.",
        "",
    ),
    Finding.EARLIER_STEP_FAILED: ("앞 단계가 실패했습니다.", ""),
    Finding.OUT_OF_TIME: (
        "점검 전체에 주어진 시간이 끝났습니다.",
        "다시 점검하세요. 계속되면 상대나 네임 서버가 통화에 쓰기에는 너무 느립니다.",
    ),
}

IN_KOREAN: Final = {**_NAME_AND_WAY, **_TLS, **_OPTIONS, **_AUTHENTICATION, **_ANY_STEP}
"""For each finding: what was found, and what to do about it."""
