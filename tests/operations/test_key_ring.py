"""Whatever is sealed is sealed anew, also what waits in an import; then the old key can go."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from builders import ACME, DIGITS, JOBS, NUMBER, NUMBER_SHEET, a_number
from dialplane.domain.values import NumberId
from dialplane.operations import key_ring
from dialplane.store import numbers
from dialplane.store.migrate import migrations
from dialplane.store.secret_box import FOR_CELLS, FOR_SIP, KEY_FILE, SecretBox, new_key
from dialplane.worker.clerk import Clerk
from parts.world import World

SHEET: Final = (
    f"number,address,auth_username,auth_password\n{DIGITS},sip:t.example.com,me,swordfish\n"
).encode()


def given_waiting_import(world: World) -> str:
    """The path of a job that holds a password, previewed and not applied."""
    world.given(a_number())
    begun = world.acme.post(NUMBER_SHEET, SHEET).json
    world.the_clerk_works()
    return f"{JOBS}/{begun['id']}"


def held_password(world: World, box: SecretBox) -> str:
    with world.database.reading() as db:
        sealed = numbers.get(db, ACME, NumberId(NUMBER)).sip.sealed_password
    assert sealed is not None
    return box.open(sealed, FOR_SIP)


def test_a_key_can_go_while_an_import_waits(world: World, tmp_path: Path) -> None:
    job = given_waiting_import(world)
    old, new = (tmp_path / "data" / KEY_FILE).read_text().strip(), new_key()
    only_new = SecretBox(new)

    key_ring.reseal_all(world.database, SecretBox(f"{new},{old}"), progress=lambda _: None)
    census = key_ring.census(world.database)
    assert world.acme.post(f"{job}/apply").status == 200
    rules = replace(world.workshop.rules, box=only_new)
    Clerk(replace(world.workshop, rules=rules)).round()

    assert census.by_place["job_rows.sealed_password_cell"] == {only_new.sealing_id: 1}
    assert census.under_others(only_new.sealing_id) == 0
    assert held_password(world, only_new) == "swordfish"


def test_what_older_programs_sealed_in_a_cell_is_moved_beside_it(world: World) -> None:
    job = given_waiting_import(world)
    (moving,) = [each for each in migrations() if each.name == "0091_post_sealed_cells"]
    sealed = world.parts.box.seal("swordfish", FOR_CELLS)
    with world.database.writing() as db:
        db.run(
            """
            UPDATE job_rows
               SET sealed_password_cell = NULL, cells = replace(cells, '_password":""', :cell)
            """,
            cell=f'_password":"{sealed}"',
        )

    with world.database.writing() as db:
        for statement in moving.statements(db.dialect):
            db.run(statement)

    with world.database.reading() as db:
        (row,) = db.all("SELECT cells, sealed_password_cell FROM job_rows")
    assert row["sealed_password_cell"] == sealed
    assert sealed not in row["cells"]
    assert world.acme.post(f"{job}/apply").status == 200
    world.the_clerk_works()
    assert held_password(world, world.parts.box) == "swordfish"
