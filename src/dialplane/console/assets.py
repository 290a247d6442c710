"""Style sheet, scripts and icon: files that never change under their address."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

import falcon

from dialplane.domain.frozen import dataclass

_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it is and as it travels."""

    media_type: str
    plain: bytes
    packed: bytes
    tag: str


@cache
def assets() -> dict[str, Asset]:
    """Every file browsers may have, by its name."""
    found = {}
    for file in (files("dialplane.console") / "assets").iterdir():
        media_type = _KINDS.get(file.name[file.name.rfind(".") :])
        if media_type is not None:
            plain = file.read_bytes()
            found[file.name] = Asset(
                media_type=media_type,
                plain=plain,
                packed=gzip.compress(plain, mtime=0),
                tag=hashlib.sha256(plain).hexdigest()[:16],
            )
    return found


def address_of(name: str) -> str:
    return f"/console/assets/{name}?v={assets()[name].tag}"


class Assets:
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        asset = assets().get(name)
        if asset is None:
            raise falcon.HTTPRouteNotFound
        resp.content_type = asset.media_type
        resp.set_header("ETag", f'"{asset.tag}"')
        resp.set_header("Vary", "Accept-Encoding")
        resp.set_header("X-Content-Type-Options", "nosniff")
        known = req.params.get("v") == asset.tag
        lasting = "public, max-age=31536000, immutable" if known else "no-cache"
        resp.set_header("Cache-Control", lasting)
        if "gzip" in (req.get_header("Accept-Encoding") or ""):
            resp.set_header("Content-Encoding", "gzip")
            resp.data = asset.packed
        else:
            resp.data = asset.plain
