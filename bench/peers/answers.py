"""What the hand-written peers answer: the sixteen fields, straight from the row."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

UNAUTHORIZED = b'{"error":{"code":"UNAUTHORIZED","message":"No valid key.","details":{}}}'
NOT_FOUND = b'{"error":{"code":"NOT_FOUND","message":"There is no such thing.","details":{}}}'
TAKEN = b'{"error":{"code":"NUMBER_UNAVAILABLE","message":"Somebody has it.","details":{}}}'
INVALID = b'{"error":{"code":"VALIDATION_ERROR","message":"Not as it should be.","details":{}}}'

encode = msgspec.json.Encoder().encode


class Mapping(msgspec.Struct):
    agent_id: str
    agent_version: str


class MappingChange(msgspec.Struct, forbid_unknown_fields=True):
    inbound_agent: Mapping


class Order(msgspec.Struct, forbid_unknown_fields=True):
    id: str


decode_change = msgspec.json.Decoder(MappingChange).decode
decode_order = msgspec.json.Decoder(Order).decode


class Number(msgspec.Struct):
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


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def number(row: Sequence[Any], now: int) -> Number:
    """A row of `sql.FIELDS`, and what time has done to it."""
    (
        id_, digits, provider, status, start_at, created_at, updated_at, fee, address, trunk_in,
        trunk_out, inbound, inbound_version, outbound, outbound_version, memo, end_at, cancel_at,
    ) = row  # fmt: skip
    if status == "scheduled" and start_at <= now:
        status, updated_at = "active", max(updated_at, start_at)
    elif status == "cancel_requested" and end_at <= now:
        status, updated_at = "expired", max(updated_at, end_at)
    return Number(
        id_, digits, provider, status, start_at, created_at, updated_at, fee, address, trunk_in,
        trunk_out, None if inbound is None else Mapping(inbound, inbound_version),
        None if outbound is None else Mapping(outbound, outbound_version), memo, end_at, cancel_at,
    )  # fmt: skip


def line(row: Sequence[Any]) -> dict[str, Any]:
    id_, digits, kind, fee, send, recv = row
    return {
        "id": id_,
        "number": digits,
        "line_type": kind,
        "monthly_fee": fee,
        "provider": "vox",
        "sms_capable": {"send": bool(send), "recv": bool(recv)},
    }
