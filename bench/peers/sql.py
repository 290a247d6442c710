"""The statements of the hand-written peers: what Dialplane asks, as short as it can be said."""

KEY = """
    SELECT organization_id, realm, scopes, clock_offset_ms
      FROM api_keys JOIN organizations ON organizations.id = api_keys.organization_id
     WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
"""
FIELDS = """
    id, number, provider, status, start_at, created_at, updated_at, monthly_fee, address,
    inbound_trunk_id, outbound_trunk_id, inbound_agent_id, inbound_version, outbound_agent_id,
    outbound_version, memo, end_at, cancel_requested_at
"""
NUMBER = f"SELECT {FIELDS} FROM telephone_numbers WHERE organization_id = ? AND id = ?"
ACTIVE = """
    organization_id = ? AND CASE
        WHEN status = 'scheduled' AND start_at <= ? THEN 'active'
        WHEN status = 'cancel_requested' AND end_at <= ? THEN 'expired'
        ELSE status END = 'active'
"""
PAGE = f"""
    SELECT {FIELDS} FROM telephone_numbers WHERE {ACTIVE} AND (created_at, id) < (?, ?)
     ORDER BY created_at DESC, id DESC LIMIT ?
"""
COUNT = f"SELECT count(*) FROM telephone_numbers WHERE {ACTIVE}"
STOCK = """
    SELECT id, number, line_type, monthly_fee, sms_send, sms_recv FROM lines
     WHERE realm = ? AND available_from <= ? AND (number, id) > (?, ?)
     ORDER BY number, id LIMIT ?
"""
STOCK_COUNT = "SELECT count(*) FROM lines WHERE realm = ? AND available_from <= ?"
AGENT = "SELECT production_version, last_version FROM agents WHERE organization_id = ? AND id = ?"
REMAP = f"""
    UPDATE telephone_numbers SET inbound_agent_id = ?, inbound_version = ?, updated_at = ?,
           revision = revision + 1
     WHERE organization_id = ? AND id = ? RETURNING {FIELDS}
"""
TAKE = """
    UPDATE lines SET status = 'held', available_from = NULL
     WHERE realm = ? AND id = ? AND available_from <= ? RETURNING number, monthly_fee
"""
HOLD = f"""
    INSERT INTO telephone_numbers (id, organization_id, realm, number, canonical, provider, status,
        line_id, monthly_fee, start_at, created_at, updated_at, revision)
    VALUES (?, ?, ?, ?, ?, 'vox', 'active', ?, ?, ?, ?, ?, 1) RETURNING {FIELDS}
"""
