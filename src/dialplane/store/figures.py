"""What an operator asks about the whole installation, counted at the moment of the question.

Each question reads a table of sums or a partial index, never all numbers, calls or events; and what
it is counted by is a closed list.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

from dialplane.domain.errors import Unavailable
from dialplane.store.database import Database, Reader
from dialplane.store.migrate import waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One figure, or one for each value of the labels; `sql` answers the labels and `value`."""

    name: str
    help: str
    sql: LiteralString
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The answer to a question: a value for each combination of labels."""

    question: Question
    values: dict[tuple[str, ...], float]


def figures_or_none(database: Database) -> list[Figure] | None:
    """Every figure; None while the database does not answer."""
    try:
        with database.snapshot() as db:
            return _all(db)
    except (Unavailable, sqlite3.Error):
        return None


def _all(db: Reader) -> list[Figure]:
    """What has no value, like the time of something that never was, is left out."""
    found = [_answer(db, question) for question in QUESTIONS]
    for name, text, sql in _OF_AN_ENGINE:
        found.append(_answer(db, Question(name=name, help=text, sql=sql[db.dialect])))
    later = Question(
        name="migrations_waiting", help="Migrations that wait for migrate --post.", sql=""
    )
    return [*found, Figure(question=later, values={(): float(len(waiting(db)))})]


def _answer(db: Reader, question: Question) -> Figure:
    values = {
        tuple(str(row[label]) for label in question.labels): float(row["value"])
        for row in db.all(question.sql)
        if row["value"] is not None
    }
    return Figure(question=question, values=values)


_OF_AN_ENGINE: Final[tuple[tuple[str, str, Mapping[str, LiteralString]], ...]] = (
    (
        "database_bytes",
        "Size of the database.",
        {
            "sqlite": """
                SELECT page_count * page_size AS value FROM pragma_page_count(), pragma_page_size()
            """,
            "postgres": "SELECT pg_database_size(current_database()) AS value",
        },
    ),
    (
        "edge_last_report_timestamp_seconds",
        "When an edge last told something.",
        {
            "sqlite": """
                SELECT received_at / 1000.0 AS value FROM edge_events ORDER BY rowid DESC LIMIT 1
            """,
            "postgres": "SELECT max(received_at) / 1000.0 AS value FROM edge_events",
        },
    ),
)

QUESTIONS: Final = (
    Question(
        name="numbers",
        help="Numbers held, sandboxes included.",
        labels=("provider", "status"),
        sql="""
            SELECT provider, status, sum(total) AS value FROM number_counts GROUP BY 1, 2
        """,
    ),
    Question(
        name="calls",
        help="Calls by how they are or ended.",
        labels=("status",),
        sql="""
            SELECT status, sum(total) AS value FROM call_counts
             WHERE status NOT IN ('queued', 'ongoing') GROUP BY 1
             UNION ALL
            SELECT status, count(*) FROM calls WHERE ended_at IS NULL GROUP BY 1
        """,
    ),
    Question(
        name="refused_calls",
        help="Refused calls that are remembered, by direction and reason.",
        labels=("direction", "reason"),
        sql="SELECT direction, reason, sum(times) AS value FROM refusals GROUP BY 1, 2",
    ),
    Question(
        name="outbox_waiting",
        help="Events that are not queued for every webhook yet.",
        sql="""
            SELECT coalesce(sum(journal_heads.position - webhooks.position), 0) AS value
              FROM webhooks JOIN journal_heads USING (organization_id) WHERE enabled = 1
        """,
    ),
    Question(
        name="outbox_oldest_timestamp_seconds",
        help="When the oldest of them happened.",
        sql="""
            SELECT min(occurred_at) / 1000.0 AS value
              FROM webhooks JOIN journal
                ON journal.organization_id = webhooks.organization_id
               AND journal.position = webhooks.position + 1
             WHERE enabled = 1
        """,
    ),
    Question(
        name="deliveries_pending",
        help="Deliveries that are to be tried, by whether one has failed already.",
        labels=("kind", "tried"),
        sql="""
            SELECT 'event' AS kind, CASE WHEN attempts > 0 THEN 'yes' ELSE 'no' END AS tried,
                   count(*) AS value
              FROM deliveries WHERE status = 'pending' GROUP BY 2
             UNION ALL
            SELECT 'call', CASE WHEN attempts > 0 THEN 'yes' ELSE 'no' END, count(*)
              FROM call_messages WHERE status = 'pending' GROUP BY 2
        """,
    ),
    Question(
        name="dead_letters",
        help="Deliveries that were given up.",
        labels=("kind",),
        sql="""
            SELECT 'event' AS kind, count(*) AS value FROM deliveries WHERE status = 'dead'
             UNION ALL SELECT 'call', count(*) FROM call_messages WHERE status = 'dead'
        """,
    ),
    Question(
        name="webhooks_failing",
        help="Webhooks with a delivery that has failed and is tried again.",
        sql="""
            SELECT count(DISTINCT webhook_id) AS value
              FROM deliveries WHERE status = 'pending' AND attempts > 0
        """,
    ),
    Question(
        name="peers",
        help="SIP peers the edges ping: trunks, carriers and runtimes.",
        labels=("state",),
        sql="""
            SELECT CASE WHEN down = 1 THEN 'down' ELSE 'up' END AS state, count(*) AS value
              FROM peer_states GROUP BY 1
        """,
    ),
    Question(
        name="purchases_in_doubt",
        help="Purchases that a supplier has not settled yet.",
        labels=("state",),
        sql="""
            SELECT state, count(*) AS value FROM purchases
             WHERE next_look_at IS NOT NULL GROUP BY 1
        """,
    ),
    Question(
        name="worker_last_pass_timestamp_seconds",
        help="When a worker last passed time, to ten seconds.",
        sql="""
            SELECT CAST(value AS BIGINT) / 1000.0 AS value FROM facts
             WHERE name = 'worker_passed_at'
        """,
    ),
)
