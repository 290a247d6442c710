"""What the server tells about itself: its contract, its pages, its health and its figures."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import falcon
import msgspec

from dialplane.api.daybook import Daybook
from dialplane.api.guards import CONTENT_SECURITY_POLICY
from dialplane.domain.errors import NotFound
from dialplane.store.database import Database
from dialplane.store.migrate import fits

MARKDOWN = "text/markdown; charset=utf-8"
PRODUCT = Path(__file__).parents[1]
ASSETS = PRODUCT / "api" / "swagger_ui"


@cache
def contract_json() -> bytes:
    """The contract as JSON, read from its YAML once."""
    text = (PRODUCT / "contract" / "openapi.yaml").read_bytes()
    yaml = import_module("yaml")  # nobody else needs it
    return msgspec.json.encode(yaml.load(text, yaml.CSafeLoader))  # our own file


class Openapi:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        del req
        resp.content_type = falcon.MEDIA_JSON
        resp.data = contract_json()


_SCRIPT = """
SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true,
  persistAuthorization: true, validatorUrl: null,
});
"""

_DOCS_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dialplane API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/swagger-ui/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript>The API is described in <a href="/openapi.json">openapi.json</a>
and, for reading, in <a href="/llms.txt">llms.txt</a>.</noscript>
<script src="/assets/swagger-ui/swagger-ui-bundle.js"></script>
<script>{script}</script>
</body>
</html>
""".replace("{script}", _SCRIPT)

# Swagger UI sets styles and pictures from its own code; the one script of the page is named by
# its hash, and no other one runs.
_DOCS_POLICY = (
    CONTENT_SECURITY_POLICY
    + f"; script-src 'self' 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'"
    + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)


class DocsPage:
    """The contract to read and to try out."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        del req
        resp.content_type = falcon.MEDIA_HTML
        resp.set_header("Content-Security-Policy", _DOCS_POLICY)
        resp.text = _DOCS_PAGE


@cache
def pages() -> dict[str, str]:
    """Every documentation page, by its path."""
    folder = PRODUCT / "docs"
    found = sorted(folder.rglob("*.md"), key=lambda page: page.relative_to(folder).parts)
    return {page.relative_to(folder).as_posix(): page.read_text() for page in found}


def _title(page: str) -> str:
    return page.partition("\n")[0].lstrip("# ").strip()


class LlmsTxt:
    """What there is to read, for readers who are programs."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        links = (f"- [{_title(page)}](/docs/{name})" for name, page in pages().items())
        origin = import_module("html").escape(req.prefix)  # nobody else needs it here
        resp.content_type = "text/plain; charset=utf-8"
        resp.text = "\n".join(
            (
                "# Dialplane",
                "",
                "> The open control plane for the telephone numbers of voice-AI agents.",
                "",
                f"The whole API, with every field and error: {origin}/openapi.json",
                "",
                "## Pages",
                "",
                *links,
                "",
            )
        )


class MarkdownPage:
    def on_get(self, req: falcon.Request, resp: falcon.Response, page: str) -> None:
        del req
        text = pages().get(page)
        if text is None:
            raise NotFound
        resp.content_type = MARKDOWN
        resp.text = text


class Health:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        del req
        resp.content_type = falcon.MEDIA_JSON
        resp.data = b'{"status":"ok"}'


class Readiness:
    def __init__(self, database: Database) -> None:
        self._database = database

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        del req
        answers, current = self._look()
        checks = {"database": _verdict(answers), "migrations": _verdict(current)}
        ready = answers and current
        resp.status = falcon.HTTP_200 if ready else falcon.HTTP_503
        resp.content_type = falcon.MEDIA_JSON
        resp.data = msgspec.json.encode(
            {"status": "ready" if ready else "not_ready", "checks": checks}
        )

    def _look(self) -> tuple[bool, bool]:
        try:
            with self._database.reading() as db:
                return True, fits(db)
        except Exception:  # noqa: BLE001  # whatever keeps the database from answering: not ready
            return False, False


def _verdict(fine: bool) -> str:  # noqa: FBT001  # a verdict on one fact
    return "ok" if fine else "failing"


class Metrics:
    """Prometheus text; summed over all processes where several share the work."""

    def __init__(self, daybook: Daybook, database: Database, multiprocess_dir: str | None) -> None:
        self._daybook = daybook
        self._database = database
        self._multiprocess_dir = multiprocess_dir

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        del req
        self._daybook.write_down()
        figures = import_module("dialplane.api.figures")
        resp.content_type = figures.CONTENT_TYPE_LATEST
        resp.data = figures.told(self._database, self._multiprocess_dir)
