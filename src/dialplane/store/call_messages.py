"""News of calls on their way to the webhooks of agents, in SQL."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Final, LiteralString

from dialplane.domain.call_messages import CallMessage, CallNews
from dialplane.domain.values import Millis
from dialplane.domain.webhooks import DeliveryStatus
from dialplane.store import sendings
from dialplane.store.database import Reader, Row, Writer

_TABLE: Final[LiteralString] = "call_messages"
_INSERT: Final = sendings.insert_text(_TABLE, CallMessage, "call_id, news")


def queue_each(db: Writer, messages: Iterable[CallMessage]) -> None:
    """Queue each piece of news once, however often it is told."""
    db.send_each(_INSERT, [sendings.columns(message) for message in messages])


def due(db: Reader, *, now: Millis, limit: int) -> list[CallMessage]:
    return [_message(row) for row in sendings.due(db, _TABLE, now=now, limit=limit)]


def take(db: Writer, message: CallMessage, *, until: Millis) -> CallMessage | None:
    row = sendings.take(db, _TABLE, message, until=until)
    return None if row is None else _message(row)


def settle(db: Writer, message: CallMessage, *, claimed_until: Millis) -> None:
    sendings.settle(db, _TABLE, message, claimed_until=claimed_until)


def _message(row: Row) -> CallMessage:
    told = {field.name: row[field.name] for field in fields(CallMessage)}
    states = {"status": DeliveryStatus(row["status"]), "news": CallNews(row["news"])}
    return CallMessage(**{**told, **states})
