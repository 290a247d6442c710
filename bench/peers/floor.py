"""The floor on SQLite: RSGI on Granian and the two look-ups, with nothing in between.

What a program in this language can do at most when it checks the key, reads the row and answers
the same JSON: no framework, no validation, no log, no metrics, no limits. Every statement runs in
the one thread there is, so nothing waits for anything but the disk.
"""

import hashlib
import os
import sqlite3
from typing import Any
from urllib.parse import parse_qs

from bench.peers import answers, cursors, sql
from dialplane.operations.ids import new_id

NUMBERS = "/v3/organization-telephone-numbers"
STOCK = "/v3/telephone-numbers/available"
PURCHASE = "/v3/telephone-numbers/purchase"
HEADERS = [("content-type", "application/json")]

db = sqlite3.connect(
    os.environ["BENCH_DATABASE"],
    isolation_level=None,
    cached_statements=256,
    timeout=10,
    check_same_thread=False,
)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = FULL")


async def app(scope: Any, protocol: Any) -> None:
    now = answers.now_ms()
    bearer = scope.headers.get("authorization") or ""
    hashed = hashlib.sha256(bearer[7:].encode()).hexdigest()
    key = db.execute(sql.KEY, (hashed, now)).fetchone()
    if key is None:
        protocol.response_bytes(401, HEADERS, answers.UNAUTHORIZED)
        return
    if scope.method == "GET":
        status, body = read(scope, key, now)
    else:
        status, body = change(scope, key, await protocol(), now)
    protocol.response_bytes(status, HEADERS, body)


def read(scope: Any, key: Any, now: int) -> tuple[int, bytes]:
    path = scope.path
    if path == NUMBERS:
        return page(key[0], parse_qs(scope.query_string), now)
    if path == STOCK:
        return stock(key[1], parse_qs(scope.query_string), now)
    row = db.execute(sql.NUMBER, (key[0], path[len(NUMBERS) + 1 :])).fetchone()
    if row is None:
        return 404, answers.NOT_FOUND
    return 200, answers.encode(answers.number(row, now))


def page(organization_id: str, query: dict[str, list[str]], now: int) -> tuple[int, bytes]:
    limit = int(query.get("limit", ["50"])[0])
    after = cursors.read(query.get("cursor"), cursors.NEWEST)
    db.execute("BEGIN")
    scope = (organization_id, now, now)
    rows = db.execute(sql.PAGE, (*scope, *after, limit + 1)).fetchall()
    total = db.execute(sql.COUNT, scope).fetchone()[0]
    db.execute("COMMIT")
    more = len(rows) > limit
    rows = rows[:limit]
    return 200, answers.encode(
        {
            "items": [answers.number(row, now) for row in rows],
            "total_count": total,
            "next_cursor": cursors.write((rows[-1][5], rows[-1][0])) if more else None,
        }
    )


def stock(realm: str, query: dict[str, list[str]], now: int) -> tuple[int, bytes]:
    limit = int(query.get("limit", ["50"])[0])
    after = cursors.read(query.get("cursor"), cursors.SMALLEST)
    db.execute("BEGIN")
    rows = db.execute(sql.STOCK, (realm, now, *after, limit + 1)).fetchall()
    total = db.execute(sql.STOCK_COUNT, (realm, now)).fetchone()[0]
    db.execute("COMMIT")
    more = len(rows) > limit
    rows = rows[:limit]
    return 200, answers.encode(
        {
            "items": [answers.line(row) for row in rows],
            "total_count": total,
            "next_cursor": cursors.write((rows[-1][1], rows[-1][0])) if more else None,
        }
    )


def change(scope: Any, key: Any, raw: bytes, now: int) -> tuple[int, bytes]:
    db.execute("BEGIN IMMEDIATE")
    if scope.path == PURCHASE:
        status, body = purchase(key, answers.decode_order(raw).id, now)
    else:
        number_id = scope.path[len(NUMBERS) + 1 :].removesuffix("/agent")
        status, body = remap(key[0], number_id, answers.decode_change(raw).inbound_agent, now)
    db.execute("COMMIT")
    return status, body


def remap(
    organization_id: str, number_id: str, mapping: answers.Mapping, now: int
) -> tuple[int, bytes]:
    found = db.execute(sql.NUMBER, (organization_id, number_id)).fetchone()
    if found is None:
        return 404, answers.NOT_FOUND
    agent = db.execute(sql.AGENT, (organization_id, mapping.agent_id)).fetchone()
    if agent is None or mapping.agent_version != "current" or found[3] == "expired":
        return 400, answers.INVALID
    change = (mapping.agent_id, mapping.agent_version, now, organization_id, number_id)
    row = db.execute(sql.REMAP, change).fetchone()
    return 200, answers.encode(answers.number(row, now))


def purchase(key: Any, line_id: str, now: int) -> tuple[int, bytes]:
    organization_id, realm = key[0], key[1]
    line = db.execute(sql.TAKE, (realm, line_id, now)).fetchone()
    if line is None:
        return 409, answers.TAKEN
    digits, fee = line
    id_ = new_id(now)
    held = (id_, organization_id, realm, digits, digits, line_id, fee, now, now, now)
    return 200, answers.encode(answers.number(db.execute(sql.HOLD, held).fetchone(), now))
