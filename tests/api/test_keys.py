"""API keys over HTTP, and what a key may do from one request to the next."""

import re
from typing import Any

import pytest

from builders import (
    AVAILABLE,
    EARLIER,
    GLOBEX,
    NOTHING,
    NOW,
    NUMBER,
    NUMBERS,
    PURCHASE,
    a_number,
    path_of,
)
from dialplane.domain.callers import Scope
from dialplane.domain.values import DAY_MS, KeyId
from parts.client import Client
from parts.contract import Answer
from parts.world import ACME_TOKEN, World

KEYS = "/x/v1/keys"
CLOCK = "/x/v1/test-clock"
TOKEN = re.compile(r"dp_(live|test)_[0-9A-Za-z]{43}")


def made(client: Client, **wanted: Any) -> dict[str, Any]:
    key: dict[str, Any] = client.post(KEYS, {"name": "backend"} | wanted).json
    return key


def works(world: World, token: str) -> bool:
    return world.holding(token).get(NUMBERS).status == 200


def test_what_is_done_to_keys_is_in_the_journal_of_whoever_did_it(acme: Client) -> None:
    asked = acme.sending(x_request_id="the-request")
    first = asked.post(KEYS, {"name": "sandbox", "mode": "test"}).json
    second = asked.post(f"{KEYS}/{first['id']}/rotate").json
    asked.delete(f"{KEYS}/{first['id']}")
    asked.delete(f"{KEYS}/{first['id']}")

    events = acme.get("/x/v1/events").json["items"]

    assert [(event["type"], event["resource"]["id"]) for event in events] == [
        ("key.created", first["id"]),
        ("key.rotated", first["id"]),
        ("key.created", second["id"]),
        ("key.revoked", first["id"]),
    ]
    assert {event["request_id"] for event in events} == {"the-request"}
    assert {event["actor"]["type"] for event in events} == {"key"}
    assert list(events[1]["changes"]) == ["expires_at"]
    assert first["token"] not in str(events)


class TestCreate:
    def test_a_name_is_enough(self, acme: Client) -> None:
        key = made(acme)

        assert key == {
            "id": key["id"],
            "name": "backend",
            "mode": "live",
            "scopes": ["read", "write"],
            "prefix": key["token"][:12],
            "created_at": NOW,
            "expires_at": None,
            "last_used_at": None,
            "revoked_at": None,
            "token": key["token"],
        }
        assert TOKEN.fullmatch(key["token"])

    def test_it_works_at_once(self, world: World, acme: Client) -> None:
        world.given(a_number())

        client = world.holding(made(acme)["token"])

        assert client.get(path_of(NUMBER)).status == 200
        assert client.get(KEYS).status == 403

    @pytest.mark.parametrize(
        "scopes", [["read"], ["write"], ["admin"], ["write", "read"], ["admin", "read", "write"]]
    )
    def test_it_may_do_what_it_was_made_for(
        self, world: World, acme: Client, scopes: list[str]
    ) -> None:
        client = world.holding(made(acme, scopes=scopes)["token"])

        assert (client.get(NUMBERS).status == 200) == ("read" in scopes)
        assert (client.get(KEYS).status == 200) == ("admin" in scopes)
        written = client.patch(path_of(NOTHING), {"memo": "x"})
        assert (written.status == 404) == ("write" in scopes)

    def test_a_scope_is_named_once(self, acme: Client) -> None:
        refused = acme.post(KEYS, {"name": "x", "scopes": ["read", "write", "read"]})

        assert (refused.status, refused.fields) == (400, ["scopes"])

    def test_its_token_is_shown_this_once(self, acme: Client) -> None:
        key = made(acme)

        told = [acme.get(f"{KEYS}/{key['id']}"), acme.get(KEYS)]

        assert all(key["token"].encode() not in answer.body for answer in told)
        assert told[0].json == {name: key[name] for name in key if name != "token"}

    def test_tokens_differ(self, acme: Client) -> None:
        assert len({made(acme)["token"] for _ in range(5)}) == 5

    def test_a_live_key_makes_test_keys_for_the_sandbox(self, world: World, acme: Client) -> None:
        key = made(acme, mode="test")

        assert (key["mode"], key["token"][:8]) == ("test", "dp_test_")
        assert world.holding(key["token"]).get(AVAILABLE).json["total_count"] > 0

    def test_a_test_key_makes_test_keys_only(self, world: World, acme: Client) -> None:
        tester = world.holding(made(acme, mode="test", scopes=["admin"])["token"])

        refused = tester.post(KEYS, {"name": "x", "mode": "live"})

        assert made(tester)["mode"] == "test"
        assert (refused.status, refused.fields) == (400, ["mode"])

    @pytest.mark.parametrize("expires_at", [0, NOW - 1, NOW])
    def test_it_may_not_have_expired_already(self, acme: Client, expires_at: int) -> None:
        refused = acme.post(KEYS, {"name": "x", "expires_at": expires_at})

        assert (refused.status, refused.fields) == (400, ["expires_at"])


class TestList:
    def test_newest_first_with_the_revoked_and_the_expired(
        self, world: World, acme: Client
    ) -> None:
        world.with_key(name="expired", expires_at=EARLIER)
        world.with_key(name="revoked", revoked_at=EARLIER)

        listed = acme.get(KEYS).json

        assert [key["name"] for key in listed["items"]] == ["revoked", "expired", "backend"]
        assert listed["total_count"] == 3

    def test_keys_of_others_do_not_show(self, world: World, acme: Client) -> None:
        ours = {key["id"] for key in acme.get(KEYS).json["items"]}
        theirs = {key["id"] for key in world.globex.get(KEYS).json["items"]}

        assert ours
        assert theirs
        assert not ours & theirs

    def test_a_live_key_sees_test_keys_but_not_the_reverse(
        self, world: World, acme: Client
    ) -> None:
        test_key = made(acme, mode="test", scopes=["admin"])
        tester = world.holding(test_key["token"])
        live_id = acme.get(KEYS, sort_order="asc").json["items"][0]["id"]

        seen = {key["mode"] for key in acme.get(KEYS).json["items"]}

        assert seen == {"live", "test"}
        assert [key["id"] for key in tester.get(KEYS).json["items"]] == [test_key["id"]]
        assert tester.get(f"{KEYS}/{live_id}").status == 404
        assert tester.delete(f"{KEYS}/{live_id}").status == 404
        assert acme.get(f"{KEYS}/{test_key['id']}").status == 200

    def test_the_last_use_is_told_to_the_minute(self, world: World, acme: Client) -> None:
        key = made(acme)
        world.holding(key["token"]).get(NUMBERS)
        world.close()

        assert acme.get(f"{KEYS}/{key['id']}").json["last_used_at"] == NOW


class TestRevoke:
    def test_it_is_refused_from_the_next_request_on(self, world: World, acme: Client) -> None:
        key = made(acme)
        before = works(world, key["token"])

        revoked = acme.delete(f"{KEYS}/{key['id']}")

        assert (before, works(world, key["token"])) == (True, False)
        assert (revoked.status, revoked.json["revoked_at"]) == (200, NOW)

    def test_revoking_again_changes_nothing(self, world: World, acme: Client) -> None:
        key = made(acme)
        first = acme.delete(f"{KEYS}/{key['id']}")
        world.clock.advance(days=1)

        assert acme.delete(f"{KEYS}/{key['id']}").body == first.body

    def test_a_key_may_revoke_itself(self, world: World, acme: Client) -> None:
        key = made(acme, scopes=["admin", "read"])
        client = world.holding(key["token"])

        assert client.delete(f"{KEYS}/{key['id']}").status == 200
        assert client.get(KEYS).status == 401

    def test_keys_of_others_and_those_that_never_were_look_the_same(
        self, world: World, acme: Client
    ) -> None:
        theirs = made(world.globex)

        foreign, unknown = acme.delete(f"{KEYS}/{theirs['id']}"), acme.delete(f"{KEYS}/{NOTHING}")

        assert foreign.status == 404
        assert foreign.body == unknown.body
        assert works(world, theirs["token"])


class TestExpiry:
    def test_a_key_works_until_it_expires_to_the_millisecond(
        self, world: World, acme: Client
    ) -> None:
        token = made(acme, expires_at=NOW + 1000)["token"]

        world.clock.advance(ms=999)
        before = works(world, token)
        world.clock.advance(ms=1)

        assert (before, works(world, token)) == (True, False)

    def test_the_sandbox_clock_does_not_hurry_keys(self, world: World, acme: Client) -> None:
        token = made(acme, mode="test", expires_at=NOW + DAY_MS)["token"]
        tester = world.holding(token)

        tester.post(f"{CLOCK}/advance", {"by_ms": 2 * DAY_MS})

        assert works(world, token)


class TestRotate:
    def rotated(self, client: Client, key: dict[str, Any], body: Any = None) -> dict[str, Any]:
        new: dict[str, Any] = client.post(f"{KEYS}/{key['id']}/rotate", body).json
        return new

    def test_the_new_key_is_like_the_old_one(self, acme: Client) -> None:
        old = made(acme, scopes=["read"], expires_at=NOW + 90 * DAY_MS)

        new = self.rotated(acme, old)

        same = ("name", "mode", "scopes", "expires_at")
        assert {name: new[name] for name in same} == {name: old[name] for name in same}
        assert new["id"] != old["id"]
        assert new["token"] != old["token"]

    @pytest.mark.parametrize(
        ("body", "overlap_ms"),
        [(None, DAY_MS), ({}, DAY_MS), ({"overlap_ms": 5000}, 5000), ({"overlap_ms": 0}, 0)],
    )
    def test_both_work_for_a_while_and_then_the_new_one_alone(
        self, world: World, acme: Client, body: Any, overlap_ms: int
    ) -> None:
        old = made(acme)

        new = self.rotated(acme, old, body)
        heard = []
        for pause in (overlap_ms - 1, 1):
            world.clock.advance(ms=max(pause, 0))
            heard.append((works(world, old["token"]), works(world, new["token"])))

        assert heard == [(overlap_ms > 0, True), (False, True)]

    def test_a_key_that_expires_sooner_still_does(self, world: World, acme: Client) -> None:
        old = made(acme, expires_at=NOW + 1000)

        self.rotated(acme, old)
        world.clock.advance(seconds=1)

        assert not works(world, old["token"])

    @pytest.mark.parametrize("state", [{"revoked_at": EARLIER}, {"expires_at": NOW}])
    def test_what_no_longer_works_cannot_be_rotated(
        self, world: World, acme: Client, state: dict[str, int]
    ) -> None:
        world.with_key(name="old", **state)
        (old,) = [key for key in acme.get(KEYS).json["items"] if key["name"] == "old"]

        refused = acme.post(f"{KEYS}/{old['id']}/rotate")

        assert (refused.status, refused.code) == (409, "KEY_INACTIVE")

    @pytest.mark.parametrize("overlap_ms", [-1, 30 * DAY_MS + 1, 1.5, "5000", None, True])
    def test_an_overlap_is_a_span_of_up_to_thirty_days(
        self, acme: Client, overlap_ms: object
    ) -> None:
        key = made(acme)

        refused = acme.post(f"{KEYS}/{key['id']}/rotate", {"overlap_ms": overlap_ms})

        assert (refused.status, refused.fields) == (400, ["overlap_ms"])


class TestRefusedKeys:
    """Which way a key is bad is nobody's business: one body for all."""

    @pytest.fixture
    def bad(self, world: World) -> list[Client]:
        revoked, expired = (
            world.with_key(token="dp_live_" + letter * 43, **state)
            for letter, state in (("R", {"revoked_at": EARLIER}), ("E", {"expires_at": NOW}))
        )
        headers = [
            "",
            "Bearer",
            "Bearer ",
            ACME_TOKEN,
            f"Basic {ACME_TOKEN}",
            f"Bearer {ACME_TOKEN[:-1]}",
            f"Bearer {ACME_TOKEN}0",
            f"Bearer {ACME_TOKEN[:-1]}1",
            f"Bearer {ACME_TOKEN.replace('live', 'test')}",
            f"Bearer {ACME_TOKEN.upper()}",
            f"Bearer {ACME_TOKEN}, Bearer {ACME_TOKEN}",
            f"Bearer\t{ACME_TOKEN}",
            "Bearer dp_live_" + "x" * 100_000,
            "Bearer dp_live_' OR 1=1 --",
            "Bearer dp_live_" + "\xe9" * 43,
        ]
        return [revoked, expired, *(world.nobody.sending(authorization=text) for text in headers)]

    def test_hear_the_same_as_nobody(self, world: World, bad: list[Client]) -> None:
        nobody = world.nobody.get(NUMBERS)

        answers = [client.get(NUMBERS) for client in bad]

        assert (nobody.status, nobody.code, nobody.details) == (401, "UNAUTHORIZED", {})
        assert {(answer.status, answer.body) for answer in answers} == {(401, nobody.body)}
        assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}

    def test_learn_nothing_from_paths_and_bodies_either(
        self, world: World, bad: list[Client]
    ) -> None:
        world.given(a_number())

        def everything(client: Client) -> list[Answer]:
            return [
                client.get(path_of(NUMBER)),
                client.get(path_of(NOTHING)),
                client.get(path_of("nonsense")),
                client.get(f"{NUMBERS}?colour=red"),
                client.post(PURCHASE, b"no json"),
                client.post(PURCHASE, b"x" * 70_000),
            ]

        # Each from another address: from one they would soon be told to wait.
        from_everywhere = [
            client.sending(x_forwarded_for=f"203.0.113.{n}") for n, client in enumerate(bad)
        ]
        bodies = {answer.body for client in from_everywhere for answer in everything(client)}

        assert len(bodies) == 1

    @pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
    def test_the_word_before_the_key_is_read_in_any_case(self, world: World, word: str) -> None:
        client = world.nobody.sending(authorization=f"{word} {ACME_TOKEN}")

        assert client.get(NUMBERS).status == 200


class TestScopes:
    def test_what_is_missing_is_told(self, world: World) -> None:
        reader = world.with_key(Scope.READ)

        refused = reader.patch(path_of(NUMBER), {"memo": "x"})

        assert (refused.status, refused.code) == (403, "FORBIDDEN")
        assert refused.details == {"required_scope": "write"}

    @pytest.mark.parametrize("scope", list(Scope))
    def test_scopes_do_not_include_one_another(self, world: World, scope: Scope) -> None:
        client = world.with_key(scope)

        heard = {
            Scope.READ: client.get(NUMBERS).status,
            Scope.WRITE: client.delete(path_of(NOTHING)).status,
            Scope.ADMIN: client.get(KEYS).status,
        }

        assert {asked for asked, status in heard.items() if status != 403} == {scope}

    def test_a_foreign_key_id_is_not_found(self, world: World, acme: Client) -> None:
        world.with_key(organization_id=GLOBEX, token="dp_live_" + "G" * 43)
        theirs = [KeyId(key["id"]) for key in world.globex.get(KEYS).json["items"]]

        assert {acme.get(f"{KEYS}/{key_id}").status for key_id in theirs} == {404}
