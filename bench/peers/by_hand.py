"""Answers by hand: the look-ups, the JSON, and nothing else; for the floor and for bare Falcon.

`db` is a connection in autocommit mode, of sqlite3 or of psycopg: both are asked the same way.
"""

import hashlib
from typing import Any
from urllib.parse import parse_qs

from bench.peers import answers, cursors
from bench.peers.sql import Statements
from dialplane.operations.ids import new_id

NUMBERS = "/v3/organization-telephone-numbers"
STOCK = "/v3/telephone-numbers/available"
PURCHASE = "/v3/telephone-numbers/purchase"

Told = tuple[int, bytes]


class ByHand:
    def __init__(self, db: Any, sql: Statements) -> None:
        self._db = db
        self._sql = sql

    def caller(self, authorization: str, scope: str, now: int) -> Any:
        """Who asks: organization and realm; nobody without a key that works and has the scope."""
        hashed = hashlib.sha256(authorization[7:].encode()).hexdigest()
        key = self._db.execute(self._sql.key, (hashed, now)).fetchone()
        return key if key is not None and scope in key[2] else None

    def get(self, authorization: str, path: str, query: str) -> Told:
        now = answers.now_ms()
        caller = self.caller(authorization, "read", now)
        if caller is None:
            return 401, answers.UNAUTHORIZED
        if path == NUMBERS:
            return self.page(caller[0], parse_qs(query), now)
        if path == STOCK:
            return self.stock(caller[1], parse_qs(query), now)
        return self.number(caller[0], path[len(NUMBERS) + 1 :], now)

    def change(self, authorization: str, path: str, raw: bytes) -> Told:
        now = answers.now_ms()
        caller = self.caller(authorization, "write", now)
        if caller is None:
            return 401, answers.UNAUTHORIZED
        self._db.execute(self._sql.begin_writing)
        try:
            if path == PURCHASE:
                told = self.purchase(caller, answers.decode_order(raw).id, now)
            else:
                number_id = path[len(NUMBERS) + 1 :].removesuffix("/agent")
                told = self.remap(caller[0], number_id, answers.decode_change(raw), now)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        return told

    def number(self, organization_id: str, number_id: str, now: int) -> Told:
        row = self._db.execute(self._sql.number, (organization_id, number_id)).fetchone()
        if row is None:
            return 404, answers.NOT_FOUND
        return 200, answers.encode(answers.number(row, now))

    def page(self, organization_id: str, query: dict[str, list[str]], now: int) -> Told:
        limit = int(query.get("limit", ["50"])[0])
        after = cursors.read(query.get("cursor"), cursors.NEWEST)
        scope = (organization_id, now, now)
        self._db.execute(self._sql.begin_reading)
        rows = self._db.execute(self._sql.page, (*scope, *after, limit + 1)).fetchall()
        total = self._db.execute(self._sql.count, scope).fetchone()[0]
        self._db.execute("COMMIT")
        items = [answers.number(row, now) for row in rows[:limit]]
        return 200, _page(
            items, total, (rows[limit - 1][5], rows[limit - 1][0]) if rows[limit:] else None
        )

    def stock(self, realm: str, query: dict[str, list[str]], now: int) -> Told:
        limit = int(query.get("limit", ["50"])[0])
        after = cursors.read(query.get("cursor"), cursors.SMALLEST)
        self._db.execute(self._sql.begin_reading)
        rows = self._db.execute(self._sql.stock, (realm, now, *after, limit + 1)).fetchall()
        total = self._db.execute(self._sql.stock_count, (realm, now)).fetchone()[0]
        self._db.execute("COMMIT")
        items = [answers.line(row) for row in rows[:limit]]
        return 200, _page(
            items, total, (rows[limit - 1][1], rows[limit - 1][0]) if rows[limit:] else None
        )

    def remap(
        self, organization_id: str, number_id: str, change: answers.MappingChange, now: int
    ) -> Told:
        mine = (organization_id, number_id)
        found = self._db.execute(self._sql.number_locked, mine).fetchone()
        if found is None:
            return 404, answers.NOT_FOUND
        mapping = change.inbound_agent
        agent = self._db.execute(self._sql.agent, (organization_id, mapping.agent_id)).fetchone()
        if agent is None or mapping.agent_version != "current" or found[3] == "expired":
            return 400, answers.INVALID
        values = (mapping.agent_id, mapping.agent_version, now, *mine)
        row = self._db.execute(self._sql.remap, values).fetchone()
        return 200, answers.encode(answers.number(row, now))

    def purchase(self, caller: Any, line_id: str, now: int) -> Told:
        organization_id, realm = caller[0], caller[1]
        line = self._db.execute(self._sql.take, (realm, line_id, now)).fetchone()
        if line is None:
            return 409, answers.TAKEN
        digits, fee = line
        id_ = new_id(now)
        held = (id_, organization_id, realm, digits, digits, line_id, fee, now, now, now)
        row = self._db.execute(self._sql.hold, held).fetchone()
        return 200, answers.encode(answers.number(row, now))


def _page(items: list[Any], total: int, last: tuple[Any, str] | None) -> bytes:
    following = None if last is None else cursors.write(last)
    return answers.encode({"items": items, "total_count": total, "next_cursor": following})
