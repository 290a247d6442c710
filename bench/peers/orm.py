"""The tables as SQLAlchemy classes, for the FastAPI peer."""

import os
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CONNECTIONS = 16

_target = os.environ["BENCH_DATABASE"]
_on_sqlite = not _target.startswith("postgresql://")
if _on_sqlite:
    _url, _options = f"sqlite+aiosqlite:///{_target}", {"timeout": 10}
else:
    _url, _options = _target.replace("postgresql://", "postgresql+asyncpg://"), {}
engine = create_async_engine(
    _url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=30, connect_args=_options
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


if _on_sqlite:

    @event.listens_for(engine.sync_engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()


class Model(DeclarativeBase):
    type_annotation_map: ClassVar = {int: BigInteger}


class Organization(Model):
    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(primary_key=True)
    realm: Mapped[str]
    clock_offset_ms: Mapped[int]


class ApiKey(Model):
    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey(Organization.id))
    scopes: Mapped[str]
    hash: Mapped[str]
    expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]


class Agent(Model):
    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str]


class Line(Model):
    __tablename__ = "lines"

    id: Mapped[str] = mapped_column(primary_key=True)
    realm: Mapped[str]
    number: Mapped[str]
    line_type: Mapped[str]
    monthly_fee: Mapped[int]
    sms_send: Mapped[int]
    sms_recv: Mapped[int]
    status: Mapped[str]
    available_from: Mapped[int | None]


class Number(Model):
    __tablename__ = "telephone_numbers"

    id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str]
    realm: Mapped[str]
    number: Mapped[str]
    canonical: Mapped[str]
    provider: Mapped[str]
    status: Mapped[str]
    line_id: Mapped[str | None]
    start_at: Mapped[int]
    created_at: Mapped[int]
    updated_at: Mapped[int]
    monthly_fee: Mapped[int | None]
    address: Mapped[str | None]
    inbound_trunk_id: Mapped[str | None]
    outbound_trunk_id: Mapped[str | None]
    inbound_agent_id: Mapped[str | None]
    inbound_version: Mapped[str | None]
    outbound_agent_id: Mapped[str | None]
    outbound_version: Mapped[str | None]
    memo: Mapped[str | None]
    end_at: Mapped[int | None]
    cancel_requested_at: Mapped[int | None]
    revision: Mapped[int]

    def at(self, now: int) -> tuple[str, int]:
        """The status, and when it last changed, with everything time has done by `now`."""
        if self.status == "scheduled" and self.start_at <= now:
            return "active", max(self.updated_at, self.start_at)
        if self.status == "cancel_requested" and self.end_at is not None and self.end_at <= now:
            return "expired", max(self.updated_at, self.end_at)
        return self.status, self.updated_at
