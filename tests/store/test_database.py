"""Both engines keep the same promises in the same words."""

import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from dialplane.store.database import Database, Reader, UniqueViolated, Writer
from dialplane.store.opening import SQLITE_FILE, open_database


def add_organization(db: Writer, organization_id: str, sandbox_of: str | None = None) -> None:
    db.run(
        "INSERT INTO organizations (id, name, realm, sandbox_of, created_at)"
        " VALUES (:id, 'Acme', 'live', :sandbox_of, 1)",
        id=organization_id,
        sandbox_of=sandbox_of,
    )


def organizations_in(db: Reader) -> set[str]:
    return {row["id"] for row in db.all("SELECT id FROM organizations")}


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as db:  # noqa: PT012  # the point
        add_organization(db, "acme")
        _ = 1 / 0

    with database.reading() as db:
        assert organizations_in(db) == set()


def test_what_is_sent_without_waiting_is_there_for_the_next_question(database: Database) -> None:
    with database.writing() as db:
        db.send("INSERT INTO facts (name, value) VALUES ('sent', '1')")
        assert db.run("UPDATE facts SET value = '2' WHERE name = 'sent'") == 1

    with database.reading() as db:
        assert [row["value"] for row in db.all("SELECT value FROM facts")] == ["2"]


def test_a_row_asked_for_with_the_next_question_is_as_it_was_then(database: Database) -> None:
    with database.writing() as db:
        add_organization(db, "acme")

        later = db.locked_later("SELECT realm FROM organizations WHERE id = :id", id="acme")
        nobody = db.locked_later("SELECT realm FROM organizations WHERE id = :id", id="globex")
        db.run("UPDATE organizations SET realm = 'test' WHERE id = 'acme'")

        found = later()
        assert found is not None
        assert (found["realm"], nobody()) == ("live", None)


def test_what_is_sent_and_fails_fails_the_transaction(database: Database) -> None:
    with pytest.raises(UniqueViolated), database.writing() as db:  # noqa: PT012  # the point
        db.send("INSERT INTO facts (name, value) VALUES ('twice', '1')")
        db.send("INSERT INTO facts (name, value) VALUES ('twice', '2')")

    with database.writing() as db:
        assert db.all("SELECT name FROM facts") == []
        db.send("INSERT INTO facts (name, value) VALUES ('after', '1')")
    with database.reading() as db:
        assert [row["name"] for row in db.all("SELECT name FROM facts")] == ["after"]


def test_failures_are_forgotten_however_often_a_statement_comes(database: Database) -> None:
    def send(name: str) -> None:
        with database.writing() as db:
            db.send("INSERT INTO facts (name, value) VALUES (:name, '1')", name=name)
            db.send("UPDATE facts SET value = '2' WHERE name = :name", name=name)

    def fail() -> None:
        with pytest.raises(UniqueViolated):
            send("first")

    send("first")
    for stretch in range(12):  # sooner or later the driver prepares a statement that fails
        fail()
        for turn in range(stretch):
            send(f"{stretch} {turn}")

    with database.reading() as db:
        assert len(db.all("SELECT name FROM facts WHERE value = '2'")) == 67


def test_what_comes_last_comes_in_the_order_of_its_owners(database: Database) -> None:
    with database.writing() as db:
        for owner, name in (("b", "third"), ("a", "first"), ("a", "second")):
            db.send_last(
                owner,
                "INSERT INTO facts (name, value)"
                " SELECT :name, CAST(count(*) AS TEXT) FROM facts WHERE name <> 'schema_version'",
                name=name,
            )
        db.run("INSERT INTO facts (name, value) VALUES ('before them', '')")

    with database.reading() as db:
        rows = db.all("SELECT name FROM facts WHERE value <> '' ORDER BY value")
        assert [row["name"] for row in rows] == ["first", "second", "third"]


def test_what_was_sent_is_taken_back_with_its_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as db:  # noqa: PT012  # the point
        db.send("INSERT INTO facts (name, value) VALUES ('sent', '1')")
        _ = 1 / 0

    with database.reading() as db:
        assert db.all("SELECT name FROM facts") == []


def test_what_is_written_is_seen_by_the_next_read(database: Database) -> None:
    with database.writing() as db:
        add_organization(db, "acme")

    with database.reading() as db:
        assert organizations_in(db) == {"acme"}


def test_the_engine_refuses_a_write_through_a_reader(database: Database) -> None:
    with database.reading() as db, pytest.raises(Exception, match=r"read-?only"):
        db.one_or_none("INSERT INTO facts (name, value) VALUES ('a', 'b') RETURNING name")


def test_a_broken_rule_has_the_same_name_on_both_engines(database: Database) -> None:
    with database.writing() as db:
        add_organization(db, "acme")
        add_organization(db, "acme-sandbox", sandbox_of="acme")

    with database.writing() as db, pytest.raises(UniqueViolated) as violated:
        add_organization(db, "another-sandbox", sandbox_of="acme")

    assert violated.value.rule == "organizations_sandbox_of_key"


def test_a_snapshot_does_not_see_what_is_written_meanwhile(database: Database) -> None:
    with database.snapshot() as db:
        before = organizations_in(db)
        with database.writing() as writer:
            add_organization(writer, "acme")

        assert organizations_in(db) == before == set()


def test_a_locked_row_makes_others_wait_for_the_newest_state(database: Database) -> None:
    with database.writing() as db:
        db.run("INSERT INTO facts (name, value) VALUES ('count', '0')")

    def count_up() -> None:
        with database.writing() as db:
            row = db.locked("SELECT value FROM facts WHERE name = 'count'")
            assert row is not None
            more = str(int(row["value"]) + 1)
            db.run("UPDATE facts SET value = :value WHERE name = 'count'", value=more)

    threads = [threading.Thread(target=count_up) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as db:
        assert db.all("SELECT value FROM facts WHERE name = 'count'")[0]["value"] == "20"


def test_text_that_looks_like_a_parameter_stays_text(database: Database) -> None:
    with database.writing() as db:
        db.run(
            "INSERT INTO facts (name, value) VALUES (:name, :value)",
            name="100% :name",
            value="%(x)s",
        )
        row = db.one_or_none("SELECT value FROM facts WHERE name LIKE '100%'")

    assert row is not None
    assert row["value"] == "%(x)s"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files are open")
def test_what_is_no_database_is_not_kept_open(tmp_path: Path) -> None:
    file = tmp_path / SQLITE_FILE
    file.write_bytes(b"no database" * 100)

    with pytest.raises(sqlite3.DatabaseError) as refused:
        open_database("", tmp_path)

    # As long as the error is there, so is all that it came from.
    assert refused.value.__traceback__ is not None
    assert file not in {_behind(each) for each in Path("/proc/self/fd").iterdir()}


def _behind(descriptor: Path) -> Path | None:
    try:
        return descriptor.readlink()
    except FileNotFoundError:  # the one that listed them
        return None
