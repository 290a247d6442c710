"""Many numbers at once over HTTP: exported, previewed, applied row by row, and taken back."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

import pytest
from falcon import testing

from builders import (
    ACME,
    AGENT,
    DIGITS,
    GLOBEX,
    JOBS,
    NUMBER,
    NUMBER_SHEET,
    NUMBERS,
    REGISTER,
    a_bought_number,
    a_number,
    an_agent,
    an_id,
    numbers,
    path_of,
)
from dialplane.domain.callers import Scope
from dialplane.domain.jobs import KEPT_MS, UNENDED_JOBS_MAX
from dialplane.domain.number_sheets import COLUMNS, ROWS_MAX
from dialplane.domain.numbers import AgentMapping, HeldNumber, Status
from dialplane.domain.values import NumberId
from dialplane.operations import job_work
from dialplane.store import numbers as store
from parts.client import Client
from parts.contract import Answer
from parts.world import ACME_TOKEN, World

ADDRESS: Final = "sip:trunk.example.net:5060"
MAPPED: Final = AgentMapping(agent_id=AGENT, agent_version="v1")


def sheet(*rows: dict[str, str]) -> bytes:
    """A file with the columns its rows speak of."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def rows_in(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


def previewed(world: World, raw: bytes, client: Client | None = None) -> str:
    """The path of a job that waits to be applied."""
    begun = (client or world.acme).post(NUMBER_SHEET, raw)
    assert begun.status == 200, begun.body.decode()
    world.the_clerk_works()
    return f"{JOBS}/{begun.json['id']}"


def applied(world: World, raw: bytes) -> str:
    path = previewed(world, raw)
    assert world.acme.post(f"{path}/apply").status == 200
    world.the_clerk_works()
    return path


def rows_of(world: World, path: str, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.acme.get(f"{path}/rows", **query).json["items"]
    return items


def states(world: World, path: str) -> list[str]:
    return [row["state"] for row in rows_of(world, path)]


def held(world: World, number_id: str = NUMBER) -> HeldNumber:
    with world.database.reading() as db:
        return store.get(db, ACME, NumberId(number_id))


def told(number: HeldNumber) -> dict[str, Any]:
    """A number without what each change of it makes anew."""
    return dict(number.told())


class TestExport:
    def test_every_number_is_there_with_all_columns(self, world: World) -> None:
        world.given(*numbers(1_100, memo="x"))

        rows = rows_in(world.acme.get(NUMBER_SHEET))

        assert list(rows[0]) == list(COLUMNS)
        assert [row["number"] for row in rows] == [each.number for each in numbers(1_100)]

    def test_states_and_providers_narrow_it(self, world: World) -> None:
        world.given(
            a_number(),
            a_number(id=NumberId(an_id(1)), number="07000000001", status=Status.EXPIRED, end_at=1),
            a_bought_number(id=NumberId(an_id(2)), number="07000000002"),
        )

        def exported(**query: object) -> list[str]:
            return sorted(row["number"] for row in rows_in(world.acme.get(NUMBER_SHEET, **query)))

        assert len(exported()) == 3
        assert exported(status=["expired", "scheduled"]) == ["07000000001"]
        assert exported(provider="vox") == ["07000000002"]

    def test_nobody_elses_numbers_and_no_secret(self, world: World) -> None:
        path = previewed(
            world,
            sheet({"number": DIGITS, "address": ADDRESS, "auth_username": "u",
                   "auth_password": "hunter2"}),
        )  # fmt: skip
        world.acme.post(f"{path}/apply")
        world.the_clerk_works()

        assert rows_in(world.globex.get(NUMBER_SHEET)) == []
        exported = world.acme.get(NUMBER_SHEET).body
        assert b"hunter2" not in exported
        assert exported.count(b"\n") == 2

    def test_an_export_sent_back_changes_nothing(self, world: World) -> None:
        world.given(
            an_agent(last_version=1),
            a_number(memo="=cmd|'/c calc'!A1", inbound_agent=MAPPED),
            a_bought_number(id=NumberId(an_id(1)), number="07000000001", memo="null"),
        )

        path = previewed(world, world.acme.get(NUMBER_SHEET).body)

        assert states(world, path) == ["unchanged", "unchanged"]


class TestStreaming:
    def test_numbers_are_sent_as_they_are_read(self, world: World) -> None:
        world.given(*numbers(1_100))
        environ = testing.create_environ(
            NUMBER_SHEET, headers={"authorization": f"Bearer {ACME_TOKEN}"}
        )

        chunks = iter(world.app(environ, lambda *_: None))
        first = next(chunks)
        with world.database.writing() as db:  # what has not been read yet can still change
            db.run("UPDATE telephone_numbers SET memo = 'later'")
        rest = [chunk.decode() for chunk in chunks]

        assert first.count(b"\r\n") == 501
        assert [chunk.count("later") for chunk in rest] == [500, 100]


class TestPreview:
    def test_tells_what_would_change_and_who_would_answer_and_changes_nothing(
        self, world: World
    ) -> None:
        world.given(an_agent(last_version=1), a_number())
        before = held(world)

        path = previewed(
            world,
            sheet({"number": DIGITS, "memo": "new", "inbound_agent_id": AGENT,
                   "inbound_agent_version": "v1"}),
        )  # fmt: skip

        (row,) = rows_of(world, path)
        assert (row["state"], row["action"], row["row"]) == ("ready", "set", 2)
        assert row["changes"]["memo"] == {"before": None, "after": "new"}
        after = {"agent_id": AGENT, "agent_version": "v1"}
        assert row["changes"]["inbound_agent"] == {"before": None, "after": after}
        inbound = row["routing"]["inbound"]
        assert inbound["before"]["reason"] == "no_agent_mapped"
        assert inbound["after"]["reason"] != "no_agent_mapped"
        assert held(world) == before
        assert world.acme.get(path).json["status"] == "previewed"

    def test_a_refused_row_says_why_and_the_others_go_on(self, world: World) -> None:
        world.given(an_agent(), a_number(), a_bought_number(id=NumberId(an_id(1)), number="0701"))
        foreign = a_number(organization_id=GLOBEX, id=NumberId(an_id(2)), number="07055556666")
        world.given(foreign)

        path = previewed(
            world,
            sheet(
                {"number": DIGITS, "memo": "fine"},
                {"number": "0701", "address": ADDRESS},
                {"number": "07055556666", "address": ADDRESS},
                {"number": "07077778888", "memo": "no trunk"},
                {"number": "7077778888", "address": ADDRESS},
                {"id": an_id(9), "memo": "x"},
                {"number": "07077779999", "address": "sip:127.0.0.1"},
                {"number": "07077770000", "address": ADDRESS, "inbound_agent_id": an_id(3)},
            ),
        )

        rows = rows_of(world, path)
        assert [row["state"] for row in rows] == ["ready", *["refused"] * 7]
        assert [row["code"] for row in rows[1:4]] == [
            "PROVIDER_MISMATCH",
            "NUMBER_ALREADY_HELD",
            "VALIDATION_ERROR",
        ]
        assert [[each["column"] for each in row["problems"]] for row in rows[3:]] == [
            ["address"],
            ["number"],
            ["id"],
            ["address"],
            ["inbound_agent_id"],
        ]
        english = world.acme.sending(accept_language="en").get(f"{path}/rows", state="refused")
        assert "07077778888" in english.json["items"][3]["problems"][0]["reason"]

    def test_what_a_spreadsheet_ate_is_found_again_where_it_is_certain(self, world: World) -> None:
        world.given(a_number())

        eaten = [{"number": "7011112222", "memo": "x"}]
        for cell in ("7011112222.0", "+82 70-1111-2222", "827011112222", '="07011112222"'):
            eaten = [{"number": cell, "memo": "x"}]
            (row,) = rows_of(world, previewed(world, sheet(*eaten)))
            assert (row["state"], row["organization_telephone_number_id"]) == ("ready", NUMBER)

    def test_one_number_is_spoken_of_once(self, world: World) -> None:
        world.given(a_number())

        path = previewed(
            world,
            sheet(
                {"id": "", "number": DIGITS, "memo": "first"},
                {"id": NUMBER, "number": "", "memo": "second"},
                {"number": "07033334444", "memo": "x", "address": ADDRESS},
                {"number": "+827033334444", "memo": "y", "address": ADDRESS},
            ),
        )

        assert states(world, path) == ["ready", "refused", "ready", "refused"]
        assert [row["problems"][0]["reason"] for row in rows_of(world, path, state="refused")] == [
            "파일의 2번째 줄과 같은 번호입니다.",
            "파일의 4번째 줄과 같은 번호입니다.",
        ]

    def test_an_id_goes_with_its_number(self, world: World) -> None:
        world.given(a_number())

        path = previewed(world, sheet({"id": NUMBER, "number": "07000000000", "memo": "x"}))

        assert rows_of(world, path)[0]["problems"][0]["column"] == "number"

    def test_a_korean_spreadsheet_is_read_as_it_is(self, world: World) -> None:
        world.given(a_number())

        path = previewed(world, f"number,memo\r\n{DIGITS},점심 안내\r\n".encode("cp949"))

        assert world.acme.get(path).json["encoding"] == "cp949"
        assert rows_of(world, path)[0]["changes"]["memo"]["after"] == "점심 안내"

    def test_passwords_are_never_told(self, world: World) -> None:
        world.given(a_number())

        path = previewed(
            world,
            sheet({"number": DIGITS, "address": ADDRESS, "auth_username": "u",
                   "auth_password": "hunter2"}),
        )  # fmt: skip
        world.acme.post(f"{path}/apply")
        world.the_clerk_works()

        with world.database.reading() as db:
            kept = [dict(row) for row in db.all("SELECT * FROM job_rows")]
        answers = [world.acme.get(f"{path}{rest}").body for rest in ("", "/rows", "/undo.csv")]
        assert "hunter2" not in str(kept)
        assert all(b"hunter2" not in answer for answer in answers)
        assert rows_of(world, path)[0]["replaces_auth_password"]


class TestFiles:
    @pytest.mark.parametrize(
        ("raw", "field"),
        [
            (b"", "body"),
            (b"number,colour\n1,red\n", "line 1"),
            (b"number,memo\n1,x\n2\n", "line 3"),
            (b"number\n" + b"1\n" * (ROWS_MAX + 1), f"line {ROWS_MAX + 2}"),
        ],
    )
    def test_what_is_no_sheet_of_numbers_begins_no_job(
        self, acme: Client, raw: bytes, field: str
    ) -> None:
        refused = acme.post(NUMBER_SHEET, raw)

        assert (refused.status, refused.fields) == (400, [field])
        assert acme.get(JOBS).json["total_count"] == 0

    def test_eight_mebibytes_are_the_most(self, acme: Client) -> None:
        refused = acme.post(NUMBER_SHEET, b"number\n" + b" " * 8 * 1024 * 1024)

        assert (refused.status, refused.details) == (413, {"limit_bytes": 8 * 1024 * 1024})

    def test_anything_but_csv_is_the_wrong_type(self, acme: Client) -> None:
        refused = acme.sending(content_type="application/json").post(NUMBER_SHEET, b"number\n1\n")

        assert (refused.status, refused.details) == (415, {"media_type": "text/csv"})

    def test_an_organization_has_so_many_jobs_at_once(self, world: World) -> None:
        for _ in range(UNENDED_JOBS_MAX):
            path = previewed(world, b"number\n1\n")

        refused = world.acme.post(NUMBER_SHEET, b"number\n1\n")

        assert (refused.status, refused.code) == (409, "TOO_MANY_JOBS")
        world.acme.post(f"{path}/cancel")
        assert world.acme.post(NUMBER_SHEET, b"number\n1\n").status == 200


class TestApply:
    def test_changes_register_and_give_up_numbers(self, world: World) -> None:
        world.given(
            an_agent(last_version=1), a_number(), a_number(id=NumberId(an_id(1)), number="0701")
        )

        path = applied(
            world,
            sheet(
                {"number": DIGITS, "memo": "new", "inbound_agent_id": AGENT},
                {"number": "07033334444", "memo": "mine", "address": ADDRESS,
                 "outbound_agent_id": AGENT, "outbound_agent_version": "v1"},
                {"number": "0701", "action": "cancel"},
                {"number": "1", "memo": "x"},
            ),
        )  # fmt: skip

        job = world.acme.get(path).json
        assert (job["status"], job["rows"]["done"], job["rows"]["refused"]) == ("done", 3, 1)
        assert held(world).memo == "new"
        registered = rows_of(world, path)[1]
        number = world.acme.get(path_of(registered["organization_telephone_number_id"])).json
        assert (number["number"], number["memo"]) == ("07033334444", "mine")
        assert number["outbound_agent"] == {"agent_id": AGENT, "agent_version": "v1"}
        assert held(world, an_id(1)).status is Status.EXPIRED

    def test_a_row_whose_number_changed_since_the_preview_is_a_conflict(self, world: World) -> None:
        world.given(a_number(), a_number(id=NumberId(an_id(1)), number="0701"))
        raw = sheet(
            {"number": DIGITS, "memo": "mine", "address": ""},
            {"number": "0701", "memo": "mine", "address": ""},
            {"number": "07033334444", "memo": "", "address": ADDRESS},
        )
        path = previewed(world, raw)
        world.acme.patch(path_of(NUMBER), {"memo": "theirs"})
        world.globex.post(REGISTER, {"number": "07033334444", "address": ADDRESS})

        world.acme.post(f"{path}/apply")
        world.the_clerk_works()

        rows = rows_of(world, path)
        assert [row["state"] for row in rows] == ["conflict", "done", "conflict"]
        assert [rows[0]["code"], rows[2]["code"]] == ["REVISION_CONFLICT", "NUMBER_ALREADY_HELD"]
        assert (held(world).memo, held(world, an_id(1)).memo) == ("theirs", "mine")

    def test_a_row_is_done_whole_or_not_at_all(self, world: World) -> None:
        world.given(an_agent(), a_number())
        path = previewed(world, sheet({"number": DIGITS, "memo": "new", "inbound_agent_id": AGENT}))
        world.acme.delete(f"/v3/agents/{AGENT}")

        world.acme.post(f"{path}/apply")
        world.the_clerk_works()

        (row,) = rows_of(world, path)
        assert (row["state"], row["problems"][0]["column"]) == ("refused", "inbound_agent_id")
        assert held(world).memo is None

    def test_is_told_as_events_of_whose_key_it_was(self, world: World) -> None:
        world.given(a_number())

        applied(world, sheet({"number": DIGITS, "memo": "x"}))

        events = world.acme.get("/x/v1/events").json["items"]
        assert [event["type"] for event in events] == [
            "job.created",
            "job.previewed",
            "job.started",
            "number.updated",
            "job.finished",
        ]
        assert len({event["actor"]["key_id"] for event in events}) == 1

    def test_before_the_preview_is_finished_there_is_nothing_to_apply(self, world: World) -> None:
        begun = world.acme.post(NUMBER_SHEET, b"number\n1\n").json

        refused = world.acme.post(f"{JOBS}/{begun['id']}/apply")

        assert (refused.status, refused.code) == (409, "JOB_NOT_READY")

    def test_a_row_that_breaks_us_does_not_keep_the_others(self, world: World) -> None:
        world.given(*numbers(2))
        raw = sheet({"id": an_id(0), "memo": "x"}, {"id": an_id(1), "memo": "x"})
        begun = world.acme.post(NUMBER_SHEET, raw)
        with world.database.writing() as db:  # a password no key of the ring opens
            db.run("UPDATE job_rows SET sealed_password_cell = 'x.' WHERE row_no = 2")

        world.the_clerk_works()

        rows = rows_of(world, f"{JOBS}/{begun.json['id']}")
        assert [row["state"] for row in rows] == ["refused", "ready"]
        assert rows[0]["code"] == "INTERNAL_ERROR"

    def test_told_twice_it_is_done_once(self, world: World) -> None:
        world.given(a_number())
        path = applied(world, sheet({"number": DIGITS, "memo": "x"}))
        revision = held(world).revision

        again = world.acme.post(f"{path}/apply")
        world.the_clerk_works()

        assert (again.status, again.json["status"]) == (200, "done")
        assert held(world).revision == revision

    def test_a_revoked_key_stops_it(self, world: World) -> None:
        world.given(a_number())
        worker = world.with_key(Scope.READ, Scope.WRITE)
        path = previewed(world, sheet({"number": DIGITS, "memo": "x"}), worker)
        key_id = worker.post(f"{path}/apply").json["key_id"]
        world.acme.delete(f"/x/v1/keys/{key_id}")

        world.the_clerk_works()

        job = world.acme.get(path).json
        assert (job["status"], job["failure"], job["rows"]["skipped"]) == (
            "failed",
            "KEY_INACTIVE",
            1,
        )
        assert held(world).memo is None

    def test_a_sandbox_has_its_own_numbers(self, world: World) -> None:
        world.given(a_number())
        body = {"name": "t", "mode": "test", "scopes": ["read", "write"]}
        tester = world.holding(world.acme.post("/x/v1/keys", body).json["token"])

        path = previewed(world, sheet({"number": DIGITS, "memo": "", "address": ADDRESS}), tester)

        (row,) = tester.get(f"{path}/rows").json["items"]
        assert (row["state"], row["action"]) == ("ready", "register")
        assert world.acme.get(path).status == 404


class TestCancel:
    def test_what_is_done_stays_and_the_rest_is_skipped(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(job_work, "BATCH", 10)
        monkeypatch.setattr(job_work, "ROWS_AT_A_TURN", 10)
        world.given(*numbers(25))
        path = previewed(world, sheet(*({"id": each.id, "memo": "x"} for each in numbers(25))))
        world.acme.post(f"{path}/apply")
        job_work.work(world.workshop)

        cancelled = world.acme.post(f"{path}/cancel")
        world.the_clerk_works()

        job = world.acme.get(path).json
        assert (cancelled.json["status"], job["status"]) == ("cancelled", "cancelled")
        assert (job["rows"]["done"], job["rows"]["skipped"]) == (10, 15)
        assert world.acme.post(f"{path}/cancel").status == 200
        refused = world.acme.post(f"{path}/apply")
        assert (refused.status, refused.code) == (409, "JOB_NOT_READY")

    def test_what_is_done_cannot_be_cancelled(self, world: World) -> None:
        world.given(a_number())
        path = applied(world, sheet({"number": DIGITS, "memo": "x"}))

        refused = world.acme.post(f"{path}/cancel")

        assert (refused.status, refused.code) == (409, "JOB_ENDED")


class TestUndo:
    def test_puts_everything_back_as_it_was(self, world: World) -> None:
        """Also passwords, which stand nowhere in the file."""
        world.given(an_agent(last_version=1), a_number(memo="null", inbound_agent=MAPPED))
        old = {"address": ADDRESS, "auth_username": "old", "auth_password": "old secret"}
        assert world.acme.patch(path_of(NUMBER, "/sip"), old).status == 200
        other = a_number(id=NumberId(an_id(1)), number="0701", memo="+1")
        world.given(other)
        before = held(world)

        path = applied(
            world,
            sheet(
                {"number": DIGITS, "memo": "new", "inbound_agent_id": "null", "action": "",
                 "address": "sip:other.example.net", "auth_username": "new",
                 "auth_password": "new secret"},
                {"number": "0701", "action": "cancel"},
                {"number": "07033334444", "address": ADDRESS},
            ),
        )  # fmt: skip
        assert states(world, path) == ["done", "done", "done"]
        undo = world.acme.get(f"{path}/undo.csv").body
        back = applied(world, undo)

        assert states(world, back) == ["done", "done", "done"]
        after = held(world)
        assert told(after) == told(before)
        opened = world.workshop.rules.password_of(after)
        assert opened == "old secret"
        active = world.acme.get(NUMBERS).json["items"]
        assert sorted(each["number"] for each in active) == ["0701", DIGITS]
        again = next(each for each in active if each["number"] == "0701")
        assert (again["memo"], again["address"]) == ("+1", other.sip.address)

    def test_is_empty_while_nothing_is_done(self, world: World) -> None:
        world.given(a_number())
        path = previewed(world, sheet({"number": DIGITS, "memo": "x"}))

        assert rows_in(world.acme.get(f"{path}/undo.csv")) == []

    def test_a_password_of_somebody_elses_job_stays_theirs(self, world: World) -> None:
        world.given(a_number())
        old = {"address": ADDRESS, "auth_username": "old", "auth_password": "old secret"}
        world.acme.patch(path_of(NUMBER, "/sip"), old)
        path = applied(
            world, sheet({"number": DIGITS, "auth_username": "u", "auth_password": "new"})
        )
        job_id = path.rpartition("/")[2]

        theirs = previewed(
            world,
            sheet({"number": "07099998888", "address": ADDRESS, "auth_username": "u",
                   "auth_password": f"kept:{job_id}:2"}),
            world.globex,
        )  # fmt: skip

        (row,) = world.globex.get(f"{theirs}/rows").json["items"]
        assert (row["state"], row["problems"][0]["column"]) == ("refused", "auth_password")


class TestKept:
    def test_for_thirty_days_and_then_as_if_it_had_never_been(self, world: World) -> None:
        path = previewed(world, b"number\n1\n")
        job = world.acme.get(path).json
        assert job["kept_until"] - job["created_at"] == KEPT_MS

        world.clock.advance(days=30)
        world.the_clerk_works()

        assert world.acme.get(path).status == 404
        with world.database.reading() as db:
            assert db.all("SELECT id FROM job_rows") == []


class TestSeveralWorkers:
    def test_a_dead_workers_job_is_taken_over_after_a_minute(self, world: World) -> None:
        world.given(a_number())
        path = previewed(world, sheet({"number": DIGITS, "memo": "x"}))
        world.acme.post(f"{path}/apply")
        with world.database.writing() as db:  # as a worker leaves it that dies
            db.run(
                "UPDATE jobs SET lease_token = 'dead', leased_until = :until",
                until=world.clock() + job_work.LEASE_MS,
            )

        world.the_clerk_works()
        assert states(world, path) == ["ready"]
        world.clock.advance(seconds=60)
        world.the_clerk_works()

        assert states(world, path) == ["done"]

    def test_a_preview_nobody_confirms_ends_by_itself(self, world: World) -> None:
        world.given(a_number())
        left = previewed(world, sheet({"number": DIGITS, "memo": "x"}))
        world.clock.advance(seconds=3600)
        younger = previewed(world, sheet({"number": DIGITS, "memo": "y"}))

        world.clock.advance(seconds=23 * 3600)
        world.the_clerk_works()

        assert [world.acme.get(each).json["status"] for each in (left, younger)] == [
            *("cancelled", "previewed")
        ]
        assert states(world, left) == ["skipped"]
        told = world.acme.get("/x/v1/events", type="job.cancelled").json["items"]
        assert [each["actor"]["type"] for each in told] == ["time"]

    def test_whoever_lost_the_job_does_nothing_more(self, world: World) -> None:
        world.given(a_number())
        path = previewed(world, sheet({"number": DIGITS, "memo": "x"}))
        world.acme.post(f"{path}/apply")
        overtaken = replace(world.workshop, clock=_Overtaking(world))

        job_work.work(overtaken)

        assert states(world, path) == ["ready"]
        assert held(world).memo is None

    def test_several_at_once_do_each_row_once(self, world: World) -> None:
        world.given(*numbers(60))
        for third in range(3):
            rows = [{"id": each.id, "memo": "x"} for each in numbers(60)[third::3]]
            world.acme.post(f"{previewed(world, sheet(*rows))}/apply")

        def clerk(_: int) -> None:
            while job_work.work(world.workshop):
                pass

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(clerk, range(3)))

        jobs = world.acme.get(JOBS).json["items"]
        assert [(job["status"], job["rows"]["done"]) for job in jobs] == [("done", 20)] * 3
        told = world.acme.get("/x/v1/events", type="number.updated", limit=100).json
        assert told["total_count"] == 60


class _Overtaking:
    """A clock that lets another worker take the job between two looks at it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._looks = 0

    def __call__(self) -> int:
        self._looks += 1
        if self._looks == 2:  # the job is taken, nothing is done yet
            with self._world.database.writing() as db:
                db.run("UPDATE jobs SET lease_token = 'another'")
        return self._world.clock()
