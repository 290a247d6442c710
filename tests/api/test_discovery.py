"""What the server tells everybody about itself."""

import re

import pytest

from builders import NOW
from dialplane.store.database import Database
from parts import contract
from parts.client import Client
from parts.world import World


@pytest.fixture
def nobody(world: World) -> Client:
    return world.nobody


def test_the_contract_is_served_as_it_is_written(nobody: Client) -> None:
    assert nobody.get("/openapi.json").json == contract.document()


def test_documentation_is_for_everybody(nobody: Client) -> None:
    page = nobody.get("/docs")

    assert page.status == 200
    assert b"/openapi.json" in page.body


def test_programs_find_every_page_as_markdown(nobody: Client) -> None:
    index = nobody.get("/llms.txt").body.decode()

    pages = re.findall(r"\((/docs/[^)]+\.md)\)", index)

    assert pages
    assert index.startswith("# Dialplane")


def test_the_process_is_alive(nobody: Client) -> None:
    assert nobody.get("/healthz").json == {"status": "ok"}


def test_ready_means_a_database_with_the_right_schema(nobody: Client) -> None:
    answer = nobody.get("/readyz")

    assert (answer.status, answer.json["status"]) == (200, "ready")
    assert answer.json["checks"] == {"database": "ok", "migrations": "ok"}


def test_with_an_older_schema_it_is_not_ready(swept_database: Database, nobody: Client) -> None:
    with swept_database.writing() as db:
        db.run("DELETE FROM schema_migrations WHERE number = 1")

    answer = nobody.get("/readyz")

    with swept_database.writing() as db:
        db.run(
            "INSERT INTO schema_migrations (number, name, applied_at) VALUES (1, 'again', :now)",
            now=NOW,
        )
    assert (answer.status, answer.json["status"]) == (503, "not_ready")
    assert answer.json["checks"] == {"database": "ok", "migrations": "failing"}
    assert nobody.get("/readyz").status == 200


def test_metrics_count_requests_by_route_and_never_by_id(world: World, nobody: Client) -> None:
    world.acme.get("/v3/organization-telephone-numbers/01927f5e-8c4a-7b1e-9d3f-2a6b4c8d0e00")

    text = nobody.get("/metrics").body.decode()

    assert re.search(
        r'dialplane_http_requests_total\{method="GET",route="/v3/organization-telephone-numbers/'
        r'\{organization_telephone_number_id\}",status="404"\} \d',
        text,
    )
    assert "01927f5e" not in text


def test_unknown_paths_are_counted_as_one(nobody: Client) -> None:
    for path in ("/nowhere/1", "/nowhere/2"):
        nobody.get(path)

    text = nobody.get("/metrics").body.decode()

    assert 'route="unknown"' in text
    assert "nowhere" not in text
