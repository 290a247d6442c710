"""The journal: nothing missing from it, nothing changed in it, nobody else's in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from builders import ACME, GLOBEX, NOW, NUMBER, a_number, an_organization
from dialplane.domain.callers import Caller, Mode, Scope
from dialplane.domain.journal import Happening
from dialplane.domain.values import KeyId, OrganizationId
from dialplane.operations import journal, numbers
from dialplane.store import journal as store
from dialplane.store import numbers as number_store
from dialplane.store import organizations
from dialplane.store.database import Database, Writer

KEY = KeyId("the-key")


def caller_of(organization_id: OrganizationId) -> Caller:
    return Caller(
        key_id=KEY, organization_id=organization_id, realm="live", mode=Mode.LIVE,
        scopes=frozenset(Scope), now=NOW, request_id="the-request",
    )  # fmt: skip


@pytest.fixture(autouse=True)
def world(database: Database) -> None:
    with database.writing() as db:
        organizations.add(db, an_organization())
        organizations.add(db, an_organization(id=GLOBEX, name="Globex"))
        number_store.add(db, a_number())


def note(database: Database, memo: str) -> None:
    with database.writing() as db:
        numbers.alter(db, caller_of(ACME), NUMBER, numbers.noting(memo))


def write_three(database: Database) -> None:
    for memo in ("first", "second", "third"):
        note(database, memo)


def breaks(database: Database) -> list[str]:
    return list(journal.breaks(database, ACME))


def test_an_entry_says_who_did_what_to_what_in_answer_to_which_request(database: Database) -> None:
    note(database, "first")

    with database.reading() as db:
        (entry,) = store.entries_after(db, ACME, 0, limit=9)
    assert (entry.happening, entry.resource_id) == (Happening.NUMBER_UPDATED, NUMBER)
    assert (entry.actor.key_id, entry.request_id, entry.occurred_at) == (KEY, "the-request", NOW)
    assert entry.changes == {"memo": {"before": None, "after": "first"}}


def test_a_change_that_is_rolled_back_is_not_entered(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as db:  # noqa: PT012  # the point
        numbers.alter(db, caller_of(ACME), NUMBER, numbers.noting("never"))
        _ = 1 / 0

    with database.reading() as db:
        assert store.entries_after(db, ACME, 0, limit=9) == []


def test_an_untouched_chain_holds(database: Database) -> None:
    write_three(database)

    assert breaks(database) == []


def test_a_chain_holds_over_whatever_was_written(database: Database) -> None:
    for memo in ("대표 번호", '"\\', "100%s :own \x1f", "☎\n"):
        note(database, memo)

    assert breaks(database) == []


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(
            lambda db: db.run("UPDATE journal SET after = '{}' WHERE position = 2"),
            ["changed: 2"],
            id="an entry was changed",
        ),
        pytest.param(
            lambda db: db.run("DELETE FROM journal WHERE position = 2"),
            ["missing: 2 to 2"],
            id="an entry was taken out of the middle",
        ),
        pytest.param(
            lambda db: db.run("DELETE FROM journal WHERE position = 3"),
            ["missing: 3 to 3"],
            id="the newest entry was taken away",
        ),
        pytest.param(
            lambda db: [
                db.run(f"UPDATE journal SET position = {to} WHERE position = {from_}")  # type: ignore[arg-type]  # noqa: S608
                for from_, to in ((1, 99), (2, 1), (99, 2))
            ],
            ["changed: 1", "changed: 2", "changed: 3"],
            id="two entries have changed places",
        ),
        pytest.param(
            lambda db: db.run(
                """
                INSERT INTO journal (id, organization_id, happening, occurred_at, actor,
                                     resource_id, position, hash)
                SELECT 'slipped-in', organization_id, happening, occurred_at, actor,
                       resource_id, 4, hash
                  FROM journal WHERE position = 3
                """
            ),
            ["changed: 4", "changed: the head, 3"],
            id="an entry was added at the end",
        ),
        pytest.param(
            lambda db: [
                db.run("UPDATE journal SET position = position + 10 WHERE position >= 2"),
                db.run("UPDATE journal SET position = position - 9 WHERE position >= 12"),
                db.run(
                    """
                    INSERT INTO journal (id, organization_id, happening, occurred_at, actor,
                                         resource_id, position, hash)
                    SELECT 'slipped-in', organization_id, happening, occurred_at, actor,
                           resource_id, 2, hash
                      FROM journal WHERE position = 1
                    """
                ),
            ],
            ["changed: 2", "changed: 3", "changed: 4", "changed: the head, 3"],
            id="an entry was slipped in",
        ),
        pytest.param(
            lambda db: db.run("UPDATE journal SET actor = 'operator', key_id = NULL"),
            ["changed: 1", "changed: 2", "changed: 3"],
            id="somebody else is said to have done it",
        ),
        pytest.param(
            lambda db: db.run("DELETE FROM journal_heads"),
            ["changed: the head, 0"],
            id="the end of the chain was taken away",
        ),
        pytest.param(
            lambda db: db.run("DELETE FROM journal"),
            ["missing: 1 to 3"],
            id="everything was taken away",
        ),
    ],
)
def test_tampering_shows(
    database: Database, tamper: Callable[[Writer], object], found: list[str]
) -> None:
    write_three(database)

    with database.writing() as db:
        tamper(db)

    assert [line.partition(" (")[0] for line in breaks(database)] == found


def test_changes_that_come_together_get_one_place_each(database: Database) -> None:
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda index: note(database, str(index)), range(60)))

    with database.reading() as db:
        entries = store.entries_after(db, ACME, 0, limit=100)
    assert [entry.position for entry in entries] == list(range(1, 61))
    assert breaks(database) == []


def test_the_order_of_entries_is_the_order_in_which_they_became_true(database: Database) -> None:
    for index in range(20):
        note(database, str(index))

    with database.reading() as db:
        entries = store.entries_after(db, ACME, 0, limit=100)
    before = [entry.before["memo"] for entry in entries if entry.before]
    after = [entry.after["memo"] for entry in entries if entry.after]
    assert before == [None, *after[:-1]]


def test_each_organization_has_a_chain_of_its_own(database: Database) -> None:
    write_three(database)

    with database.reading() as db:
        assert store.entries_after(db, GLOBEX, 0, limit=9) == []
        assert store.head(db, GLOBEX).position == 0
