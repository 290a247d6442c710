"""The answer to a challenge of a SIP peer: digest with MD5, as the edge answers it."""

import secrets
from hashlib import md5

from dialplane.domain.trunk_checks import Challenge, TrunkLogin


def login_header(challenge: Challenge, login: TrunkLogin, uri: str) -> str:
    """The header line that logs in; it holds the user name, never the password."""
    ha1 = _md5(f"{login.username}:{challenge.realm}:{login.password}")
    ha2 = _md5(f"OPTIONS:{uri}")
    fields = [
        f'username="{_escaped(login.username)}"',
        f'realm="{_escaped(challenge.realm)}"',
        f'nonce="{_escaped(challenge.nonce)}"',
        f'uri="{uri}"',
        "algorithm=MD5",
    ]
    if challenge.qop:
        cnonce = secrets.token_hex(8)
        response = _md5(f"{ha1}:{challenge.nonce}:00000001:{cnonce}:auth:{ha2}")
        fields += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
    else:
        response = _md5(f"{ha1}:{challenge.nonce}:{ha2}")
    if challenge.opaque is not None:
        fields.append(f'opaque="{_escaped(challenge.opaque)}"')
    name = "Proxy-Authorization" if challenge.by_proxy else "Authorization"
    fields.append(f'response="{response}"')
    return f"{name}: Digest " + ", ".join(fields)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
