"""The application has the operations of the contract, all of them and no others."""

from collections.abc import Iterator

import pytest
from falcon import inspect

from builders import NOW
from dialplane.api.app import create_app
from dialplane.main import parts_of
from dialplane.settings import read_settings
from dialplane.store.migrate import migrate
from dialplane.store.opening import open_database
from parts import contract
from parts.contract import METHODS, Operation, operations
from parts.walks import ON_ONE_ENGINE, every_operation, needs_key
from parts.world import World

PAGES = {"/docs/{page:path}"}
"""Files to read, not operations."""


def methods_of(path: str) -> set[str]:
    return {each.method.upper() for each in operations() if each.path == path}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[str]]]:
    """The methods of every path the application knows."""
    home = tmp_path_factory.mktemp("routes")
    database = open_database("", home)
    migrate(database, now=NOW)
    parts = parts_of(read_settings({"DIALPLANE_DATA_DIR": str(home)}), database)
    yield {
        route.path: {method.method for method in route.methods if not method.internal}
        for route in inspect.inspect_app(create_app(parts)).routes
        if route.path not in PAGES
    }
    parts.callers.close()
    database.close()


def test_every_route_is_in_the_contract(routes: dict[str, set[str]]) -> None:
    found = {(path, method) for path, methods in routes.items() for method in methods}

    assert found - {(each.path, each.method.upper()) for each in operations()} == set()


@every_operation()
def test_every_operation_has_a_route(routes: dict[str, set[str]], operation: Operation) -> None:
    assert operation.method.upper() in routes.get(operation.path, set())


def test_what_is_not_built_yet_has_no_route(routes: dict[str, set[str]]) -> None:
    promised = {
        node["operationId"]: (path, method.upper())
        for path, item in contract.document()["paths"].items()
        for method, node in item.items()
        if method in METHODS
    }

    for name in contract.NOT_BUILT:
        path, method = promised[name]
        assert method not in routes.get(path, set()), f"{name} is built: take it off the list"


@ON_ONE_ENGINE
@pytest.mark.parametrize("path", sorted({each.path for each in operations()}))
def test_other_methods_are_refused_with_those_that_are_known(world: World, path: str) -> None:
    known = methods_of(path)
    concrete = next(each for each in operations() if each.path == path).example_path

    for method in ({name.upper() for name in METHODS} | {"HEAD"}) - known:
        answer = world.nobody.request(method, concrete)

        assert answer.status == 405, method
        allowed = {name.strip() for name in answer.headers["allow"].split(",")}
        assert allowed - {"OPTIONS"} == known


@every_operation(needs_key)
def test_a_path_says_whose_version_of_the_api_it_speaks(operation: Operation) -> None:
    assert operation.path.startswith(("/v3/", "/x/v1/"))


@every_operation()
def test_what_needs_a_key_says_which_scope(operation: Operation) -> None:
    assert (operation.scope in {"read", "write", "admin"}) == operation.needs_key


@ON_ONE_ENGINE
@every_operation()
def test_almost_the_path_is_not_the_path(world: World, operation: Operation) -> None:
    for spoil in ("{}/", "{}/x", "/{}", "//{}", "{}//x", "{}x", "/x{}", "/.{}"):
        path = spoil.format(operation.example_path)
        if contract.find(operation.method, path) is None:
            answer = world.acme.request(operation.method.upper(), path)

            assert answer.status in (404, 405), path
