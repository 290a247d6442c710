// Fastify with response schemas (compiled JSON), better-sqlite3 or pg, the access log off.

import { createHash, randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { onPostgres, onSqlite } from './store.mjs'

const target = process.env.BENCH_DATABASE
const store = await (target.startsWith('postgresql://') ? onPostgres(target) : onSqlite(target))
const app = Fastify({ logger: false })

const text = { type: 'string' }
const count = { type: 'integer' }
const maybe = (type) => ({ type: [type, 'null'] })
const mapping = {
  type: ['object', 'null'], properties: { agent_id: text, agent_version: text },
}
const number = {
  type: 'object',
  properties: {
    id: text, number: text, provider: text, status: text, start_at: count, created_at: count,
    updated_at: count, monthly_fee: maybe('integer'), address: maybe('string'),
    inbound_trunk_id: maybe('string'), outbound_trunk_id: maybe('string'),
    inbound_agent: mapping, outbound_agent: mapping, memo: maybe('string'),
    end_at: maybe('integer'), cancel_requested_at: maybe('integer'),
  },
}
const line = {
  type: 'object',
  properties: {
    id: text, number: text, line_type: text, monthly_fee: count, provider: text,
    sms_capable: { type: 'object', properties: { send: { type: 'boolean' }, recv: { type: 'boolean' } } },
  },
}
const page = (items) => ({
  type: 'object',
  properties: { items: { type: 'array', items }, total_count: count, next_cursor: maybe('string') },
})
const listed = {
  type: 'object',
  properties: { cursor: text, limit: { type: 'integer', minimum: 1, maximum: 100, default: 50 } },
}
const mappingChange = {
  type: 'object', required: ['inbound_agent'], additionalProperties: false,
  properties: {
    inbound_agent: {
      type: 'object', required: ['agent_id'], additionalProperties: false,
      properties: { agent_id: text, agent_version: { type: 'string', default: 'current' } },
    },
  },
}
const order = {
  type: 'object', required: ['id'], additionalProperties: false, properties: { id: text },
}

const caller = (scope) => async (request, reply) => {
  const token = (request.headers.authorization ?? '').slice(7)
  const hash = createHash('sha256').update(token).digest('hex')
  const key = await store.key(hash, Date.now())
  if (!key) return reply.code(401).send({ error: { code: 'UNAUTHORIZED' } })
  if (!key.scopes.includes(scope)) return reply.code(403).send({ error: { code: 'FORBIDDEN' } })
  request.caller = key
}
app.decorateRequest('caller', null)

function told (row, now) {
  let { status, updated_at: updated } = row
  if (status === 'scheduled' && row.start_at <= now) {
    status = 'active'
    updated = Math.max(updated, row.start_at)
  } else if (status === 'cancel_requested' && row.end_at <= now) {
    status = 'expired'
    updated = Math.max(updated, row.end_at)
  }
  row.status = status
  row.updated_at = updated
  row.inbound_agent = row.inbound_agent_id && { agent_id: row.inbound_agent_id, agent_version: row.inbound_version }
  row.outbound_agent = row.outbound_agent_id && { agent_id: row.outbound_agent_id, agent_version: row.outbound_version }
  return row
}

const readCursor = (text, otherwise) => text ? JSON.parse(Buffer.from(text, 'base64url')) : otherwise
const writeCursor = (place) => Buffer.from(JSON.stringify(place)).toString('base64url')

function listing (rows, total, limit, item, place) {
  const last = rows.length > limit ? rows[limit - 1] : null
  return {
    items: rows.slice(0, limit).map(item),
    total_count: total,
    next_cursor: last && writeCursor(place(last)),
  }
}

function newId (now) {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const numbers = '/v3/organization-telephone-numbers'
const reading = caller('read')
const writing = caller('write')

app.get(numbers, { preHandler: reading, schema: { querystring: listed, response: { 200: page(number) } } },
  async ({ query, caller }) => {
    const now = Date.now()
    const after = readCursor(query.cursor, [2 ** 52, '~'])
    const [rows, total] = await store.page(caller.organization_id, now, after, query.limit + 1)
    return listing(rows, total, query.limit, (row) => told(row, now), (row) => [row.created_at, row.id])
  })

app.get(`${numbers}/:id`, { preHandler: reading, schema: { response: { 200: number } } },
  async ({ params, caller }, reply) => {
    const row = await store.number(caller.organization_id, params.id)
    if (!row) return reply.code(404).send({ error: { code: 'NOT_FOUND' } })
    return told(row, Date.now())
  })

app.get('/v3/telephone-numbers/available',
  { preHandler: reading, schema: { querystring: listed, response: { 200: page(line) } } },
  async ({ query, caller }) => {
    const after = readCursor(query.cursor, ['', ''])
    const [rows, total] = await store.stock(caller.realm, Date.now(), after, query.limit + 1)
    const item = (row) => ({ ...row, provider: 'vox', sms_capable: { send: row.sms_send === 1, recv: row.sms_recv === 1 } })
    return listing(rows, total, query.limit, item, (row) => [row.number, row.id])
  })

app.patch(`${numbers}/:id/agent`, { preHandler: writing, schema: { body: mappingChange, response: { 200: number } } },
  async ({ params, body, caller }, reply) => {
    const now = Date.now()
    const [status, row] = await store.remap(caller.organization_id, params.id, body.inbound_agent, now)
    return status === 200 ? told(row, now) : reply.code(status).send({ error: { code: 'REFUSED' } })
  })

app.post('/v3/telephone-numbers/purchase', { preHandler: writing, schema: { body: order, response: { 200: number } } },
  async ({ body, caller }, reply) => {
    const now = Date.now()
    const row = await store.purchase(caller, body.id, newId(now), now)
    return row ? told(row, now) : reply.code(409).send({ error: { code: 'NUMBER_UNAVAILABLE' } })
  })

await app.listen({ host: '127.0.0.1', port: Number(process.env.BENCH_PORT) })
