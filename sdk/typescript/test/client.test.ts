// Against a real server, which tests/sdk/test_typescript.py starts: DIALPLANE_URL, DIALPLANE_API_KEY.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, createDialplane, DialplaneError, items, type Schema } from "../src/index.js";

const baseUrl = process.env["DIALPLANE_URL"] ?? "";
const apiKey = process.env["DIALPLANE_API_KEY"] ?? "";
const client = createDialplane({ apiKey, baseUrl, language: "en" });

const lines = (limit: number) =>
  items((at) => client.GET("/v3/telephone-numbers/available", { params: { query: { limit, ...at } } }));

async function firstLine(): Promise<Schema<"AvailableTelephoneLine">> {
  for await (const line of lines(1)) return line;
  throw new Error("the stock is empty");
}

test("a line is bought, mapped, given up and kept", async () => {
  const line = await firstLine();
  const agent = await answer(client.POST("/v3/agents", { body: { name: "Reception" } }));
  const bought = await answer(client.POST("/v3/telephone-numbers/purchase", { body: { id: line.id } }));
  const path = { organization_telephone_number_id: bought.id };

  const mapped = await answer(
    client.PATCH("/v3/organization-telephone-numbers/{organization_telephone_number_id}/agent", {
      params: { path },
      body: { inbound_agent: { agent_id: agent.agent_id } },
    }),
  );
  const cancelled = await answer(
    client.DELETE("/v3/organization-telephone-numbers/{organization_telephone_number_id}", { params: { path } }),
  );
  const kept = await answer(
    client.POST("/v3/organization-telephone-numbers/{organization_telephone_number_id}/revoke-cancel", {
      params: { path },
    }),
  );

  assert.equal(bought.number, line.number);
  assert.deepEqual(mapped.inbound_agent, { agent_id: agent.agent_id, agent_version: "current" });
  assert.ok(cancelled.effective_at > bought.start_at);
  assert.equal(kept.status, "active");
});

test("a list goes on over its pages", async () => {
  const seen = new Set<string>();
  for await (const line of lines(3)) seen.add(line.id);

  const page = await answer(client.GET("/v3/telephone-numbers/available", { params: { query: { limit: 3 } } }));
  assert.equal(seen.size, page.total_count);
});

test("several values of a filter repeat its name", async () => {
  const found: string[] = [];
  const query = { status: ["active" as const, "cancel_requested" as const] };
  for await (const number of items((at) =>
    client.GET("/v3/organization-telephone-numbers", { params: { query: { ...query, ...at } } }),
  )) {
    found.push(number.status);
  }

  assert.deepEqual(new Set(found), new Set(query.status));
});

test("a refusal is thrown with its code and every wrong field", async () => {
  const refused = answer(
    client.POST("/v3/telephone-numbers/register", { body: { number: "abc", address: "sip:pbx.example.com" } }),
  );

  await assert.rejects(refused, (error: unknown) => {
    assert.ok(error instanceof DialplaneError);
    assert.equal(error.status, 400);
    assert.equal(error.code, "VALIDATION_ERROR");
    assert.deepEqual(error.details.fields?.map((each) => each.field), ["number"]);
    assert.ok(error.requestId);
    return true;
  });
});

test("one intention happens once", async () => {
  const options = { params: { header: { "Idempotency-Key": "once" } }, body: { name: "Once" } };
  const first = await answer(client.POST("/v3/agents", options));
  const again = await client.POST("/v3/agents", options);

  assert.equal((await answer(Promise.resolve(again))).agent_id, first.agent_id);
  assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");
});

test("every change has a key of its own, and reading none", async () => {
  const keys: (string | null)[] = [];
  const watched = createDialplane({
    apiKey,
    baseUrl,
    fetch: (request) => {
      keys.push(request.headers.get("Idempotency-Key"));
      return fetch(request);
    },
  });
  await watched.POST("/v3/agents", { body: { name: "One" } });
  await watched.POST("/v3/agents", { body: { name: "Two" } });
  await watched.GET("/v3/agents");

  assert.ok(keys[0] && keys[1] && keys[0] !== keys[1]);
  assert.equal(keys[2], null);
});

test("what is not JSON is read as text", async () => {
  const csv = await client.GET("/x/v1/ledger.csv", { parseAs: "text" });

  assert.match(String(csv.data), /^id,position,/);
});

test("a server in between that answers in its own words is an error too", async () => {
  const broken = createDialplane({
    apiKey,
    baseUrl,
    fetch: async () => new Response("<html>", { status: 502, headers: { "Retry-After": "7" } }),
  });

  await assert.rejects(answer(broken.GET("/v3/agents")), (error: unknown) => {
    assert.ok(error instanceof DialplaneError);
    assert.deepEqual([error.status, error.code, error.retryAfter], [502, "", 7]);
    return true;
  });
});
