"""The application has the operations of the contract, all of them and no others."""

import pytest
from falcon import inspect

from parts import contract
from parts.contract import METHODS, Operation, operations
from parts.walks import ON_ONE_ENGINE, every_operation, needs_key
from parts.world import World

PAGES = {"/docs/{page:path}"}
"""Files to read, not operations."""


def methods_of(path: str) -> set[str]:
    return {each.method.upper() for each in operations() if each.path == path}


def routes(world: World) -> dict[str, set[str]]:
    return {
        route.path: {method.method for method in route.methods if not method.internal}
        for route in inspect.inspect_app(world.app).routes
        if route.path not in PAGES
    }


@ON_ONE_ENGINE
def test_every_route_is_in_the_contract(world: World) -> None:
    found = {(path, method) for path, methods in routes(world).items() for method in methods}

    assert found - {(each.path, each.method.upper()) for each in operations()} == set()


@ON_ONE_ENGINE
@every_operation()
def test_every_operation_has_a_route(world: World, operation: Operation) -> None:
    assert operation.method.upper() in routes(world).get(operation.path, set())


@ON_ONE_ENGINE
def test_what_is_not_built_yet_has_no_route(world: World) -> None:
    promised = {
        node["operationId"]: (path, method.upper())
        for path, item in contract.document()["paths"].items()
        for method, node in item.items()
        if method in METHODS
    }

    for name in contract.NOT_BUILT:
        path, method = promised[name]
        assert method not in routes(world).get(path, set()), (
            f"{name} is built: take it off the list"
        )


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
