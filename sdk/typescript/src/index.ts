// The client: types from the contract, requests by openapi-fetch, and the little they leave open.

import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { components, paths } from "./contract.js";

export type { components, operations, paths } from "./contract.js";

/** One of the shapes the contract names: `Schema<"OrganizationTelephoneNumber">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Answers are JSON; ask for `parseAs: "text"` where the contract says otherwise. */
export type Dialplane = Client<paths, "application/json">;

export interface Options {
  apiKey: string;
  /** Where the API begins, without `/v3`. */
  baseUrl?: string;
  /** Of messages; Korean unless `en`. */
  language?: "en" | "ko";
  /** Make a key for every change, so that sending it again is safe. Off on vox.ai's own host. */
  idempotencyKeys?: boolean;
  fetch?: (request: Request) => Promise<Response>;
}

const CHANGES = new Set(["POST", "PATCH", "DELETE"]);

export function createDialplane(options: Options): Dialplane {
  const baseUrl = (options.baseUrl ?? "http://127.0.0.1:8080").replace(/\/+$/, "").replace(/\/v3$/, "");
  const client = createClient<paths, "application/json">({
    baseUrl,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  client.use(signing(options, options.idempotencyKeys ?? !isVox(baseUrl)));
  return client;
}

function signing(options: Options, makesKeys: boolean): Middleware {
  return {
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${options.apiKey}`);
      if (options.language) request.headers.set("Accept-Language", options.language);
      if (makesKeys && CHANGES.has(request.method) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
      return request;
    },
  };
}

function isVox(baseUrl: string): boolean {
  const host = new URL(baseUrl).hostname;
  return host === "tryvox.co" || host.endsWith(".tryvox.co");
}

type Envelope = Schema<"ErrorEnvelope">["error"];

/** The server refused; programs go by `code`, people read `message`. */
export class DialplaneError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Envelope["details"];
  readonly requestId: string | null;
  /** After how many seconds it may be tried again, where the server says so. */
  readonly retryAfter: number | null;

  constructor(response: Response, body: unknown) {
    const told = envelopeOf(body);
    super(told?.message ?? `${response.status} ${response.statusText}`);
    this.name = "DialplaneError";
    this.status = response.status;
    this.code = told?.code ?? "";
    this.details = told?.details ?? {};
    this.requestId = response.headers.get("X-Request-Id");
    const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
    this.retryAfter = Number.isFinite(seconds) ? seconds : null;
  }
}

function envelopeOf(body: unknown): Partial<Envelope> | undefined {
  const error = (body as { error?: unknown } | undefined)?.error;
  return typeof error === "object" && error !== null ? error : undefined;
}

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The answer itself; a refusal is thrown. */
export async function answer<Data>(asked: Promise<Answered<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await asked;
  if (!response.ok || data === undefined || data === null) throw new DialplaneError(response, error);
  return data;
}

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** Every item of a list, page after page: `fetchPage` is asked with the cursor of each. */
export async function* items<Item>(
  fetchPage: (cursor: { cursor?: string }) => Promise<Answered<Page<Item>>>,
): AsyncGenerator<Item, void, undefined> {
  let next: string | null = null;
  do {
    const page: Page<Item> = await answer(fetchPage(next === null ? {} : { cursor: next }));
    yield* page.items;
    next = page.next_cursor;
  } while (next !== null);
}
