"""Routes, error handling and bookkeeping put together into one WSGI application."""

import time
from typing import Any

import falcon
import structlog

from dialplane.api import (
    agents,
    call_webhook_key,
    calls,
    discovery,
    events,
    keys,
    ledger,
    lines,
    numbers,
    routing,
    runtimes,
    sandbox_clock,
    trunks,
    webhooks,
)
from dialplane.api.errors import InternalError, MethodNotAllowed, refusal
from dialplane.api.metrics import count_request
from dialplane.api.parts import Parts
from dialplane.api.wording import language_of
from dialplane.domain.errors import (
    DomainError,
    Invalid,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from dialplane.operations.ids import new_id

log = structlog.get_logger()

_REQUEST_ID_CHARS = 128


def create_app(parts: Parts) -> "falcon.App[falcon.Request, falcon.Response]":
    app = falcon.App(middleware=[Bookkeeping(parts)])
    _route(app, parts)
    app.add_error_handler(DomainError, answer_refusal)
    app.add_error_handler(falcon.HTTPError, answer_framework_error)
    app.add_error_handler(Exception, answer_broken)
    return app


def _route(app: "falcon.App[falcon.Request, falcon.Response]", parts: Parts) -> None:
    _route_numbers(app, parts)
    _route_agents(app, parts)
    _route_calls(app, parts)
    _route_routing(app, parts)
    app.add_route("/x/v1/keys", keys.Keys(parts))
    app.add_route("/x/v1/keys/{key_id}", keys.Key(parts))
    app.add_route("/x/v1/keys/{key_id}/rotate", keys.KeyRotation(parts))
    app.add_route("/x/v1/events", events.Events(parts))
    app.add_route("/x/v1/ledger", ledger.Ledger(parts))
    app.add_route("/x/v1/ledger.csv", ledger.LedgerCsv(parts))
    app.add_route("/x/v1/call-webhook-key", call_webhook_key.CallWebhookKey(parts))
    app.add_route("/x/v1/webhooks", webhooks.Webhooks(parts))
    hook = "/x/v1/webhooks/{webhook_id}"
    app.add_route(hook, webhooks.OneWebhook(parts))
    app.add_route(f"{hook}/rotate-secret", webhooks.WebhookSecret(parts))
    app.add_route(f"{hook}/deliveries", webhooks.Deliveries(parts))
    app.add_route(f"{hook}/deliveries/{{delivery_id}}/redeliver", webhooks.Redelivery(parts))
    app.add_route("/x/v1/trunks/{trunk_id}/check", trunks.TrunkCheck(parts))
    app.add_route("/x/v1/test-clock", sandbox_clock.SandboxClock(parts))
    app.add_route("/x/v1/test-clock/advance", sandbox_clock.SandboxClockAdvance(parts))
    _route_discovery(app, parts)


def _route_discovery(app: "falcon.App[falcon.Request, falcon.Response]", parts: Parts) -> None:
    app.add_route("/openapi.json", discovery.Openapi())
    app.add_route("/docs", discovery.DocsPage())
    app.add_route("/docs/{page:path}", discovery.MarkdownPage())
    app.add_static_route("/assets/swagger-ui", discovery.ASSETS)
    app.add_route("/llms.txt", discovery.LlmsTxt())
    app.add_route("/healthz", discovery.Health())
    app.add_route("/readyz", discovery.Readiness(parts.database))
    app.add_route("/metrics", discovery.Metrics(parts.metrics_dir))


def _route_numbers(app: "falcon.App[falcon.Request, falcon.Response]", parts: Parts) -> None:
    stock = "/v3/telephone-numbers"
    number = "/v3/organization-telephone-numbers/{organization_telephone_number_id}"
    app.add_route(f"{stock}/available", lines.AvailableLines(parts))
    app.add_route(f"{stock}/purchase", lines.Purchase(parts))
    app.add_route(f"{stock}/register", lines.Registration(parts))
    app.add_route("/v3/organization-telephone-numbers", numbers.HeldNumbers(parts))
    app.add_route(number, numbers.Number(parts))
    app.add_route(f"{number}/agent", numbers.NumberAgent(parts))
    app.add_route(f"{number}/sip", numbers.NumberSip(parts))
    app.add_route(f"{number}/revoke-cancel", numbers.NumberRevokeCancel(parts))


def _route_agents(app: "falcon.App[falcon.Request, falcon.Response]", parts: Parts) -> None:
    agent = "/v3/agents/{agent_id}"
    app.add_route("/v3/agents", agents.Agents(parts))
    app.add_route("/v3/agents/validate-flow", agents.FlowValidation(parts))
    app.add_route(agent, agents.Agent(parts))
    app.add_route(f"{agent}/versions", agents.Versions(parts))
    app.add_route(f"{agent}/versions/{{version}}/publish", agents.Publication(parts))


def _route_calls(app: "falcon.App[falcon.Request, falcon.Response]", parts: Parts) -> None:
    app.add_route("/v3/calls", calls.Calls(parts))
    app.add_route("/v3/calls/{call_id}", calls.Call(parts))
    app.add_route("/x/v1/calls/{call_id}/hang-up", calls.CallHangUp(parts))


def _route_routing(app: "falcon.App[falcon.Request, falcon.Response]", parts: Parts) -> None:
    number = "/x/v1/numbers/{organization_telephone_number_id}"
    app.add_route("/x/v1/runtimes", runtimes.Runtimes(parts))
    app.add_route("/x/v1/runtimes/{runtime_id}", runtimes.OneRuntime(parts))
    app.add_route("/x/v1/agents/{agent_id}/runtime", runtimes.AgentRuntime(parts))
    app.add_route(f"{number}/routing", routing.NumberRoutingResource(parts))
    app.add_route(f"{number}/refusals", routing.NumberRefusals(parts))
    app.add_route("/x/v1/routing/refusals", routing.UnknownNumberRefusals(parts))
    app.add_route("/x/v1/routing/simulate", routing.Simulation(parts))
    app.add_route("/x/v1/calls/{call_id}/replay", routing.CallReplay(parts))


class Bookkeeping:
    """Gives every request an id, a log line and its place in the metrics."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        wanted = req.get_header("X-Request-Id") or ""
        usable = 0 < len(wanted) <= _REQUEST_ID_CHARS and wanted.isascii() and wanted.isprintable()
        req.context.request_id = wanted if usable else new_id(self._parts.clock())
        req.context.began = time.perf_counter()
        resp.set_header("X-Request-Id", req.context.request_id)
        if req.path.startswith("//"):
            raise NotFound  # the router would take it for the path with one slash

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: object, req_succeeded: object
    ) -> None:
        del resource, req_succeeded
        seconds = time.perf_counter() - req.context.began
        route = req.uri_template or "unknown"
        status = resp.status_code
        count_request(req.method, route, status, seconds=seconds)
        caller = req.context.get("caller")
        log.info(
            "request",
            method=req.method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 3),
            request_id=req.context.request_id,
            organization_id=caller.organization_id if caller else None,
            key_id=caller.key_id if caller else None,
        )


def answer_refusal(
    req: falcon.Request, resp: falcon.Response, error: DomainError, params: dict[str, Any]
) -> None:
    del params
    told = refusal(error, language_of(req.get_header("Accept-Language")))
    resp.status = told.status
    resp.content_type = falcon.MEDIA_JSON
    resp.data = told.body
    if isinstance(error, Unauthorized):
        resp.set_header("WWW-Authenticate", "Bearer")
    if isinstance(error, RateLimited):
        resp.set_header("Retry-After", str(-(-error.retry_after_ms // 1000)))
    if isinstance(error, Unavailable):
        resp.set_header("Retry-After", "1")


def answer_framework_error(
    req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, params: dict[str, Any]
) -> None:
    """Give what Falcon itself refuses the one envelope all errors have."""
    if isinstance(error, falcon.HTTPMethodNotAllowed):
        resp.set_headers(error.headers or {})
        answer_refusal(req, resp, MethodNotAllowed(), params)
    elif isinstance(error, falcon.HTTPRouteNotFound):
        answer_refusal(req, resp, NotFound(), params)
    else:
        answer_refusal(req, resp, Invalid.one("request", error.title or "bad request"), params)


def answer_broken(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
) -> None:
    """Tell the operator everything and the caller an id to ask the operator about."""
    log.error("broken", request_id=req.context.request_id, exc_info=error)
    answer_refusal(req, resp, InternalError(req.context.request_id), params)
