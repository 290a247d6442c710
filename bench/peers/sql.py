"""The statements of the hand-written peers: what Dialplane asks, as short as it can be said.

Written for SQLite first, then said as psycopg wants them.
"""

from dataclasses import dataclass, fields

_KEY = """
    SELECT organization_id, realm, scopes, clock_offset_ms
      FROM api_keys JOIN organizations ON organizations.id = api_keys.organization_id
     WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
"""
_FIELDS = """
    id, number, provider, status, start_at, created_at, updated_at, monthly_fee, address,
    inbound_trunk_id, outbound_trunk_id, inbound_agent_id, inbound_version, outbound_agent_id,
    outbound_version, memo, end_at, cancel_requested_at
"""
_NUMBER = f"SELECT {_FIELDS} FROM telephone_numbers WHERE organization_id = ? AND id = ?"
_ACTIVE = """
    organization_id = ? AND CASE
        WHEN status = 'scheduled' AND start_at <= ? THEN 'active'
        WHEN status = 'cancel_requested' AND end_at <= ? THEN 'expired'
        ELSE status END = 'active'
"""
_PAGE = f"""
    SELECT {_FIELDS} FROM telephone_numbers WHERE {_ACTIVE} AND (created_at, id) < (?, ?)
     ORDER BY created_at DESC, id DESC LIMIT ?
"""
_COUNT = f"SELECT count(*) FROM telephone_numbers WHERE {_ACTIVE}"
_STOCK = """
    SELECT id, number, line_type, monthly_fee, sms_send, sms_recv FROM lines
     WHERE realm = ? AND available_from <= ? AND (number, id) > (?, ?)
     ORDER BY number, id LIMIT ?
"""
_STOCK_COUNT = "SELECT count(*) FROM lines WHERE realm = ? AND available_from <= ?"
_AGENT = "SELECT production_version, last_version FROM agents WHERE organization_id = ? AND id = ?"
_REMAP = f"""
    UPDATE telephone_numbers SET inbound_agent_id = ?, inbound_version = ?, updated_at = ?,
           revision = revision + 1
     WHERE organization_id = ? AND id = ? RETURNING {_FIELDS}
"""
_TAKE = """
    UPDATE lines SET status = 'held', available_from = NULL
     WHERE realm = ? AND id = ? AND available_from <= ? RETURNING number, monthly_fee
"""
_HOLD = f"""
    INSERT INTO telephone_numbers (id, organization_id, realm, number, canonical, provider, status,
        line_id, monthly_fee, start_at, created_at, updated_at, revision)
    VALUES (?, ?, ?, ?, ?, 'vox', 'active', ?, ?, ?, ?, ?, 1) RETURNING {_FIELDS}
"""


@dataclass(frozen=True, slots=True)
class Statements:
    key: str = _KEY
    number: str = _NUMBER
    number_locked: str = _NUMBER
    page: str = _PAGE
    count: str = _COUNT
    stock: str = _STOCK
    stock_count: str = _STOCK_COUNT
    agent: str = _AGENT
    remap: str = _REMAP
    take: str = _TAKE
    hold: str = _HOLD
    begin_reading: str = "BEGIN"
    begin_writing: str = "BEGIN IMMEDIATE"


SQLITE = Statements()
POSTGRES = Statements(
    **{each.name: str(each.default).replace("?", "%s") for each in fields(Statements)}
    | {
        "number_locked": _NUMBER.replace("?", "%s") + " FOR UPDATE",
        "begin_reading": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "begin_writing": "BEGIN",
    }
)
