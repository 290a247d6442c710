"""Django with django-ninja: its ORM, Pydantic schemas, no middleware, persistent connections."""

import base64
import hashlib
import json
import time
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, TextField, Value, When
from django.urls import path
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer

from bench.peers.ninja_models import Agent, ApiKey, Line, Number
from dialplane.operations.ids import new_id


class Mapping(Schema):
    agent_id: str
    agent_version: str = "current"


class NumberBody(Schema):
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
    inbound_agent: Mapping | None
    outbound_agent: Mapping | None
    memo: str | None
    end_at: int | None
    cancel_requested_at: int | None


class NumberPage(Schema):
    items: list[NumberBody]
    total_count: int
    next_cursor: str | None


class Sms(Schema):
    send: bool
    recv: bool


class LineBody(Schema):
    id: str
    number: str
    line_type: str
    monthly_fee: int
    provider: str = "vox"
    sms_capable: Sms


class LinePage(Schema):
    items: list[LineBody]
    total_count: int
    next_cursor: str | None


class MappingChange(Schema):
    inbound_agent: Mapping


class Order(Schema):
    id: str


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Bearer(HttpBearer):
    def authenticate(self, request: Any, token: str) -> ApiKey | None:
        wanted = "read" if request.method == "GET" else "write"
        found: ApiKey | None = (
            ApiKey.objects.select_related("organization")
            .filter(Q(expires_at=None) | Q(expires_at__gt=now_ms()))
            .filter(hash=hashlib.sha256(token.encode()).hexdigest(), revoked_at=None)
            .first()
        )
        return found if found is not None and wanted in found.scopes else None


api = NinjaAPI(auth=Bearer(), docs_url=None, openapi_url=None)


def _told(number: Number, now: int) -> Number:
    if number.status == "scheduled" and number.start_at <= now:
        number.status, number.updated_at = "active", max(number.updated_at, number.start_at)
    elif number.status == "cancel_requested" and (number.end_at or 0) <= now:
        number.status, number.updated_at = "expired", max(number.updated_at, number.end_at or 0)
    for way in ("inbound", "outbound"):
        agent, version = getattr(number, f"{way}_agent_id"), getattr(number, f"{way}_version")
        told = None if agent is None else Mapping(agent_id=agent, agent_version=version)
        setattr(number, f"{way}_agent", told)
    return number


def _after(cursor: str | None) -> tuple[Any, str] | None:
    return None if cursor is None else tuple(json.loads(base64.urlsafe_b64decode(cursor)))


def _cursor(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@api.get("organization-telephone-numbers", response=NumberPage)
def numbers(request: Any, cursor: str | None = None, limit: int = 50) -> Any:
    now = now_ms()
    status_now = Case(
        When(status="scheduled", start_at__lte=now, then=Value("active")),
        When(status="cancel_requested", end_at__lte=now, then=Value("expired")),
        default=F("status"),
        output_field=TextField(),
    )
    mine = Number.objects.alias(status_now=status_now).filter(
        organization_id=request.auth.organization_id, status_now="active"
    )
    wanted = mine.order_by("-created_at", "-id")
    if after := _after(cursor):
        at, id_ = after
        wanted = wanted.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=id_))
    rows = list(wanted[: limit + 1])
    following = None
    if len(rows) > limit:
        following = _cursor([rows[limit - 1].created_at, rows[limit - 1].id])
    items = [_told(row, now) for row in rows[:limit]]
    return {"items": items, "total_count": mine.count(), "next_cursor": following}


@api.get("organization-telephone-numbers/{number_id}", response=NumberBody)
def number(request: Any, number_id: str) -> Any:
    owner = request.auth.organization_id
    found = Number.objects.filter(organization_id=owner, id=number_id).first()
    if found is None:
        raise HttpError(404, "There is no such thing.")
    return _told(found, now_ms())


@api.get("telephone-numbers/available", response=LinePage)
def available(request: Any, cursor: str | None = None, limit: int = 50) -> Any:
    realm = request.auth.organization.realm
    stock = Line.objects.filter(realm=realm, available_from__lte=now_ms())
    wanted = stock.order_by("number", "id")
    if after := _after(cursor):
        digits, id_ = after
        wanted = wanted.filter(Q(number__gt=digits) | Q(number=digits, id__gt=id_))
    rows = list(wanted[: limit + 1])
    following = None
    if len(rows) > limit:
        following = _cursor([rows[limit - 1].number, rows[limit - 1].id])
    for row in rows:
        row.sms_capable = {"send": row.sms_send, "recv": row.sms_recv}
    return {"items": rows[:limit], "total_count": stock.count(), "next_cursor": following}


@api.patch("organization-telephone-numbers/{number_id}/agent", response=NumberBody)
def remap(request: Any, number_id: str, body: MappingChange) -> Any:
    owner, now, mapping = request.auth.organization_id, now_ms(), body.inbound_agent
    with transaction.atomic():
        locked = Number.objects.select_for_update()
        found = locked.filter(organization_id=owner, id=number_id).first()
        if found is None:
            raise HttpError(404, "There is no such thing.")
        known = Agent.objects.filter(organization_id=owner, id=mapping.agent_id).exists()
        if not known or mapping.agent_version != "current" or found.status == "expired":
            raise HttpError(400, "Not as it should be.")
        found.inbound_agent_id, found.inbound_version = mapping.agent_id, mapping.agent_version
        found.updated_at, found.revision = now, found.revision + 1
        found.save(update_fields=["inbound_agent_id", "inbound_version", "updated_at", "revision"])
    return _told(found, now)


@api.post("telephone-numbers/purchase", response=NumberBody)
def purchase(request: Any, body: Order) -> Any:
    owner, realm, now = request.auth.organization_id, request.auth.organization.realm, now_ms()
    with transaction.atomic():
        stock = Line.objects.filter(realm=realm, id=body.id, available_from__lte=now)
        if not stock.update(status="held", available_from=None):
            raise HttpError(409, "Somebody has it.")
        line = Line.objects.get(id=body.id)
        held = Number.objects.create(
            id=new_id(now), organization_id=owner, realm=realm, number=line.number,
            canonical=line.number, provider="vox", status="active", line_id=line.id,
            monthly_fee=line.monthly_fee, start_at=now, created_at=now, updated_at=now, revision=1,
        )  # fmt: skip
    return _told(held, now)


urlpatterns = [path("v3/", api.urls)]
