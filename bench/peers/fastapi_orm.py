"""The usual: FastAPI, SQLAlchemy 2 async ORM, Pydantic, uvicorn with uvloop and httptools.

Written as its documentation teaches it, and then left as fast as that gets: access log off, one
session a request, only the columns that are answered, `raiseload` so that nothing loads twice.
"""

import hashlib
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Self

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import case, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers import cursors
from bench.peers.orm import Agent, ApiKey, Line, Number, Organization, sessions
from dialplane.operations.ids import new_id

app = FastAPI()


class MappingBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agent_id: str
    agent_version: str = "current"


class NumberBody(BaseModel):
    id: str
    number: str
    provider: str
    status: str
    start_at: int
    created_at: int
    updated_at: int
    monthly_fee: int | None
    address: str | None
    inbound_trunk_id: str | None
    outbound_trunk_id: str | None
    inbound_agent: MappingBody | None
    outbound_agent: MappingBody | None
    memo: str | None
    end_at: int | None
    cancel_requested_at: int | None

    @classmethod
    def of(cls, number: Number, now: int) -> Self:
        status, updated_at = number.at(now)
        return cls(
            id=number.id,
            number=number.number,
            provider=number.provider,
            status=status,
            start_at=number.start_at,
            created_at=number.created_at,
            updated_at=updated_at,
            monthly_fee=number.monthly_fee,
            address=number.address,
            inbound_trunk_id=number.inbound_trunk_id,
            outbound_trunk_id=number.outbound_trunk_id,
            inbound_agent=_mapping(number.inbound_agent_id, number.inbound_version),
            outbound_agent=_mapping(number.outbound_agent_id, number.outbound_version),
            memo=number.memo,
            end_at=number.end_at,
            cancel_requested_at=number.cancel_requested_at,
        )


class NumberPage(BaseModel):
    items: list[NumberBody]
    total_count: int
    next_cursor: str | None


class SmsBody(BaseModel):
    send: bool
    recv: bool


class LineBody(BaseModel):
    id: str
    number: str
    line_type: str
    monthly_fee: int
    provider: str
    sms_capable: SmsBody


class LinePage(BaseModel):
    items: list[LineBody]
    total_count: int
    next_cursor: str | None


class MappingChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inbound_agent: MappingBody


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str


def _mapping(agent_id: str | None, version: str | None) -> MappingBody | None:
    if agent_id is None or version is None:
        return None
    return MappingBody(agent_id=agent_id, agent_version=version)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


async def caller(db: Session, authorization: Annotated[str, Header()] = "") -> Any:
    hashed = hashlib.sha256(authorization[7:].encode()).hexdigest()
    now = now_ms()
    found = await db.execute(
        select(ApiKey.organization_id, ApiKey.scopes, Organization.realm)
        .join(Organization)
        .where(ApiKey.hash == hashed, ApiKey.revoked_at.is_(None))
        .where(or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now))
    )
    row = found.one_or_none()
    if row is None:
        raise HTTPException(401)
    return row


Caller = Annotated[Any, Depends(caller)]
NUMBERS = "/v3/organization-telephone-numbers"


@app.get(NUMBERS)
async def numbers(
    db: Session, who: Caller, cursor: str | None = None, limit: int = 50
) -> NumberPage:
    now = now_ms()
    after = cursors.read(None if cursor is None else [cursor], cursors.NEWEST)
    status_now = case(
        ((Number.status == "scheduled") & (Number.start_at <= now), "active"),
        ((Number.status == "cancel_requested") & (Number.end_at <= now), "expired"),
        else_=Number.status,
    )
    mine = (Number.organization_id == who.organization_id, status_now == "active")
    found = await db.scalars(
        select(Number)
        .where(*mine, tuple_(Number.created_at, Number.id) < after)
        .order_by(Number.created_at.desc(), Number.id.desc())
        .limit(limit + 1)
    )
    rows = found.all()
    total = await db.scalar(select(func.count()).select_from(Number).where(*mine)) or 0
    last = rows[limit - 1] if len(rows) > limit else None
    return NumberPage(
        items=[NumberBody.of(row, now) for row in rows[:limit]],
        total_count=total,
        next_cursor=None if last is None else cursors.write((last.created_at, last.id)),
    )


@app.get(NUMBERS + "/{number_id}")
async def number(number_id: str, db: Session, who: Caller) -> NumberBody:
    found = await db.scalar(
        select(Number).where(Number.organization_id == who.organization_id, Number.id == number_id)
    )
    if found is None:
        raise HTTPException(404)
    return NumberBody.of(found, now_ms())


@app.get("/v3/telephone-numbers/available")
async def available(
    db: Session, who: Caller, cursor: str | None = None, limit: int = 50
) -> LinePage:
    after = cursors.read(None if cursor is None else [cursor], cursors.SMALLEST)
    mine = (Line.realm == who.realm, Line.available_from <= now_ms())
    found = await db.scalars(
        select(Line)
        .where(*mine, tuple_(Line.number, Line.id) > after)
        .order_by(Line.number, Line.id)
        .limit(limit + 1)
    )
    rows = found.all()
    total = await db.scalar(select(func.count()).select_from(Line).where(*mine)) or 0
    last = rows[limit - 1] if len(rows) > limit else None
    return LinePage(
        items=[_line(row) for row in rows[:limit]],
        total_count=total,
        next_cursor=None if last is None else cursors.write((last.number, last.id)),
    )


def _line(line: Line) -> LineBody:
    return LineBody(
        id=line.id,
        number=line.number,
        line_type=line.line_type,
        monthly_fee=line.monthly_fee,
        provider="vox",
        sms_capable=SmsBody(send=line.sms_send, recv=line.sms_recv),
    )


@app.patch(NUMBERS + "/{number_id}/agent")
async def remap(number_id: str, body: MappingChange, db: Session, who: Caller) -> NumberBody:
    now, mapping = now_ms(), body.inbound_agent
    found = await db.scalar(
        select(Number)
        .where(Number.organization_id == who.organization_id, Number.id == number_id)
        .with_for_update()
    )
    if found is None:
        raise HTTPException(404)
    agent = await db.scalar(
        select(Agent.id).where(
            Agent.organization_id == who.organization_id, Agent.id == mapping.agent_id
        )
    )
    if agent is None or mapping.agent_version != "current" or found.at(now)[0] == "expired":
        raise HTTPException(400)
    found.inbound_agent_id, found.inbound_version = mapping.agent_id, mapping.agent_version
    found.updated_at, found.revision = now, found.revision + 1
    await db.commit()
    return NumberBody.of(found, now)


@app.post("/v3/telephone-numbers/purchase")
async def purchase(body: Order, db: Session, who: Caller) -> NumberBody:
    now = now_ms()
    taken = await db.execute(
        update(Line)
        .where(Line.realm == who.realm, Line.id == body.id, Line.available_from <= now)
        .values(status="held", available_from=None)
        .returning(Line.number, Line.monthly_fee)
    )
    line = taken.one_or_none()
    if line is None:
        raise HTTPException(409)
    held = Number(
        id=new_id(now),
        organization_id=who.organization_id,
        realm=who.realm,
        number=line.number,
        canonical=line.number,
        provider="vox",
        status="active",
        line_id=body.id,
        monthly_fee=line.monthly_fee,
        start_at=now,
        created_at=now,
        updated_at=now,
        revision=1,
    )
    db.add(held)
    await db.commit()
    return NumberBody.of(held, now)
