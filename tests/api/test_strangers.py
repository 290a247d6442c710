"""Whoever tries keys is slowed down, and nobody else is."""

from dataclasses import replace

import pytest

from builders import NUMBERS
from dialplane.api.app import create_app
from dialplane.operations.strangers import FREE_TRIES, Strangers, networks_in
from parts.client import Client, in_process
from parts.edge_client import EdgeClient
from parts.walks import ON_ONE_ENGINE
from parts.world import World

pytestmark = ON_ONE_ENGINE


@pytest.fixture
def world(world: World) -> World:
    """Behind a proxy on the same machine; by the clock of the test."""
    strangers = Strangers(networks_in("127.0.0.1"), world.clock)
    world.parts = replace(world.parts, strangers=strangers)
    world.app = create_app(world.parts)
    return world


def guess(client: Client, count: int) -> list[int]:
    return [client.get(NUMBERS).status for _ in range(count)]


def wrong_key(world: World) -> Client:
    return world.holding("dp_live_" + "z" * 43)


@pytest.mark.parametrize("token", ["dp_live_" + "z" * 43, "admin", "x" * 3000])
def test_whoever_shows_wrong_keys_again_and_again_is_told_to_wait(world: World, token: str) -> None:
    stranger = world.holding(token)
    assert guess(stranger, FREE_TRIES + 1) == [401] * (FREE_TRIES + 1)

    refused = stranger.get(NUMBERS)

    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert refused.headers["retry-after"] == "1"
    world.clock.advance(ms=1000)
    assert guess(stranger, 2) == [401, 429]
    assert stranger.get(NUMBERS).headers["retry-after"] == "2"


def test_a_key_that_works_is_let_in_from_the_same_address(world: World) -> None:
    guess(wrong_key(world), FREE_TRIES + 5)
    acme = world.acme.through(in_process(world.app))

    assert acme.get(NUMBERS).status == 200
    assert wrong_key(world).get(NUMBERS).status == 429


def test_who_shows_no_key_at_all_is_not_counted(world: World) -> None:
    assert set(guess(world.nobody, FREE_TRIES + 5)) == {401}


def test_each_address_behind_a_trusted_proxy_counts_for_itself(world: World) -> None:
    one = wrong_key(world).sending(x_forwarded_for="203.0.113.1")
    other = wrong_key(world).sending(x_forwarded_for="203.0.113.2")

    guess(one, FREE_TRIES + 1)

    assert (one.get(NUMBERS).status, other.get(NUMBERS).status) == (429, 401)


def test_the_tokens_of_edges_cannot_be_tried_either(world: World) -> None:
    edge = EdgeClient(world)
    body = {"events": []}

    tries = [edge.send("/events", body, token="guess").status_code for _ in range(FREE_TRIES + 2)]

    assert tries == [401] * (FREE_TRIES + 1) + [429]
    assert edge.send("/events", body).status_code in (200, 400)
