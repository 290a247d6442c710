"""What every answer tells a browser not to do."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

from dialplane.api.app import create_app
from dialplane.api.guards import GUARDS
from parts.client import Sent, in_process
from parts.contract import Operation
from parts.walks import ON_ONE_ENGINE, every_operation, needs_key
from parts.world import World

pytestmark = ON_ONE_ENGINE


@every_operation(needs_key)
def test_every_answer_with_somebodys_data_is_guarded(world: World, operation: Operation) -> None:
    asked = operation.method.upper(), operation.example_path, operation.example_body

    for client in (world.acme, world.nobody):
        answer = client.request(*asked)

        assert {name: answer.headers.get(name) for name in GUARDS} == dict(GUARDS)


def test_errors_of_the_router_are_guarded_too(world: World) -> None:
    for method, path in (("GET", "/nowhere"), ("PUT", "/v3/agents"), ("GET", "//v3/agents")):
        answer = world.nobody.request(method, path)

        assert {name: answer.headers.get(name) for name in GUARDS} == dict(GUARDS)


def test_the_one_script_of_the_page_is_the_one_that_may_run(world: World) -> None:
    page = world.nobody.get("/docs")

    (script,) = re.findall(rb"<script>(.*?)</script>", page.body, re.DOTALL)
    named = b64encode(sha256(script).digest()).decode()
    assert f"'sha256-{named}'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_files_that_come_with_us_may_be_kept(world: World) -> None:
    sent = world.nobody.send
    asset = sent(_get("/assets/swagger-ui/swagger-ui.css"))

    assert asset.status == 200
    assert asset.headers["cache-control"] == "public, max-age=300"
    assert asset.headers["x-content-type-options"] == "nosniff"
    assert sent(_get("/assets/swagger-ui/nothing.css")).headers["cache-control"] == "no-store"


def _get(path: str) -> Sent:
    return Sent(method="GET", path=path)


def test_tls_is_insisted_on_where_there_is_some(world: World) -> None:
    behind_tls = in_process(create_app(replace(world.parts, hsts_s=31_536_000)))

    told = behind_tls(_get("/healthz")).headers
    plain = world.nobody.get("/healthz").headers

    assert told["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in plain
