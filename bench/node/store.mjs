// The statements of the Fastify peer: prepared once, on better-sqlite3 or on pg.

const fields = `id, number, provider, status, start_at, created_at, updated_at, monthly_fee, address,
  inbound_trunk_id, outbound_trunk_id, inbound_agent_id, inbound_version, outbound_agent_id,
  outbound_version, memo, end_at, cancel_requested_at`
const active = `organization_id = ? AND CASE
  WHEN status = 'scheduled' AND start_at <= ? THEN 'active'
  WHEN status = 'cancel_requested' AND end_at <= ? THEN 'expired' ELSE status END = 'active'`

const texts = {
  key: `SELECT organization_id, realm, scopes FROM api_keys
    JOIN organizations ON organizations.id = api_keys.organization_id
    WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`,
  number: `SELECT ${fields} FROM telephone_numbers WHERE organization_id = ? AND id = ?`,
  page: `SELECT ${fields} FROM telephone_numbers WHERE ${active} AND (created_at, id) < (?, ?)
    ORDER BY created_at DESC, id DESC LIMIT ?`,
  count: `SELECT count(*) AS total FROM telephone_numbers WHERE ${active}`,
  stock: `SELECT id, number, line_type, monthly_fee, sms_send, sms_recv FROM lines
    WHERE realm = ? AND available_from <= ? AND (number, id) > (?, ?) ORDER BY number, id LIMIT ?`,
  stockCount: 'SELECT count(*) AS total FROM lines WHERE realm = ? AND available_from <= ?',
  agent: 'SELECT id FROM agents WHERE organization_id = ? AND id = ?',
  remap: `UPDATE telephone_numbers SET inbound_agent_id = ?, inbound_version = ?, updated_at = ?,
    revision = revision + 1 WHERE organization_id = ? AND id = ? RETURNING ${fields}`,
  take: `UPDATE lines SET status = 'held', available_from = NULL
    WHERE realm = ? AND id = ? AND available_from <= ? RETURNING number, monthly_fee`,
  hold: `INSERT INTO telephone_numbers (id, organization_id, realm, number, canonical, provider, status,
    line_id, monthly_fee, start_at, created_at, updated_at, revision)
    VALUES (?, ?, ?, ?, ?, 'vox', 'active', ?, ?, ?, ?, ?, 1) RETURNING ${fields}`,
}

export async function onSqlite (path) {
  const { default: Database } = await import('better-sqlite3')
  const db = new Database(path, { timeout: 10000 })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  const sql = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, db.prepare(text)]))
  return {
    key: (hash, now) => sql.key.get(hash, now),
    number: (owner, id) => sql.number.get(owner, id),
    page: db.transaction((owner, now, after, limit) => [
      sql.page.all(owner, now, now, ...after, limit), sql.count.get(owner, now, now).total,
    ]),
    stock: db.transaction((realm, now, after, limit) => [
      sql.stock.all(realm, now, ...after, limit), sql.stockCount.get(realm, now).total,
    ]),
    remap: db.transaction((owner, id, mapping, now) => {
      const found = sql.number.get(owner, id)
      if (!found) return [404]
      if (!allowed(found, sql.agent.get(owner, mapping.agent_id), mapping)) return [400]
      return [200, sql.remap.get(mapping.agent_id, mapping.agent_version, now, owner, id)]
    }).immediate,
    purchase: db.transaction((caller, line, id, now) => {
      const taken = sql.take.get(caller.realm, line, now)
      return taken && sql.hold.get(...held(caller, line, id, now, taken))
    }).immediate,
  }
}

export async function onPostgres (url) {
  const { default: pg } = await import('pg')
  pg.types.setTypeParser(20, Number) // BIGINT
  const pool = new pg.Pool({ connectionString: url, max: 16 })
  const named = (name) => {
    let place = 0
    return { name, text: texts[name].replaceAll('?', () => `$${++place}`) }
  }
  const sql = Object.fromEntries(Object.keys(texts).map((name) => [name, named(name)]))
  sql.lock = { name: 'lock', text: sql.number.text + ' FOR UPDATE' }
  const one = async (on, statement, ...values) => (await on.query({ ...statement, values })).rows[0]
  const all = async (on, statement, ...values) => (await on.query({ ...statement, values })).rows
  const inside = async (begin, work) => {
    const client = await pool.connect()
    try {
      await client.query(begin)
      const told = await work(client)
      await client.query('COMMIT')
      return told
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }
  const snapshot = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
  return {
    key: (hash, now) => one(pool, sql.key, hash, now),
    number: (owner, id) => one(pool, sql.number, owner, id),
    page: (owner, now, after, limit) => inside(snapshot, async (db) => [
      await all(db, sql.page, owner, now, now, ...after, limit), (await one(db, sql.count, owner, now, now)).total,
    ]),
    stock: (realm, now, after, limit) => inside(snapshot, async (db) => [
      await all(db, sql.stock, realm, now, ...after, limit), (await one(db, sql.stockCount, realm, now)).total,
    ]),
    remap: (owner, id, mapping, now) => inside('BEGIN', async (db) => {
      const found = await one(db, sql.lock, owner, id)
      if (!found) return [404]
      if (!allowed(found, await one(db, sql.agent, owner, mapping.agent_id), mapping)) return [400]
      return [200, await one(db, sql.remap, mapping.agent_id, mapping.agent_version, now, owner, id)]
    }),
    purchase: (caller, line, id, now) => inside('BEGIN', async (db) => {
      const taken = await one(db, sql.take, caller.realm, line, now)
      return taken && one(db, sql.hold, ...held(caller, line, id, now, taken))
    }),
  }
}

const allowed = (found, agent, mapping) =>
  agent && mapping.agent_version === 'current' && found.status !== 'expired'

const held = (caller, line, id, now, taken) => [
  id, caller.organization_id, caller.realm, taken.number, taken.number, line, taken.monthly_fee, now, now, now,
]
