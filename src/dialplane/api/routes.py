"""Which path is answered by whom: one function for each group of the contract."""

import falcon

from dialplane.api import (
    agents,
    call_counts,
    call_webhook_key,
    calls,
    discovery,
    events,
    jobs,
    keys,
    ledger,
    lines,
    number_search,
    number_sheets,
    numbers,
    peer_health,
    purchases,
    routing,
    runtimes,
    sandbox_clock,
    trunks,
    webhooks,
    whoami,
)
from dialplane.api.parts import Parts

App = falcon.App[falcon.Request, falcon.Response]


def mount(app: App, parts: Parts) -> None:
    for part in (_numbers, _agents, _calls, _routing, _keys, _events, _jobs, _peers, _sandbox):
        part(app, parts)
    _discovery(app, parts)


def _discovery(app: App, parts: Parts) -> None:
    app.add_route("/openapi.json", discovery.Openapi())
    app.add_route("/docs", discovery.DocsPage())
    app.add_route("/docs/{page:path}", discovery.MarkdownPage())
    app.add_static_route("/assets/swagger-ui", discovery.ASSETS)
    app.add_route("/llms.txt", discovery.LlmsTxt())
    app.add_route("/healthz", discovery.Health())
    app.add_route("/readyz", discovery.Readiness(parts.database))
    app.add_route("/metrics", discovery.Metrics(parts.daybook, parts.database, parts.metrics_dir))


def _numbers(app: App, parts: Parts) -> None:
    stock = "/v3/telephone-numbers"
    number = "/v3/organization-telephone-numbers/{organization_telephone_number_id}"
    app.add_route(f"{stock}/available", lines.AvailableLines(parts))
    app.add_route(f"{stock}/purchase", lines.Purchase(parts))
    app.add_route("/x/v1/purchases", purchases.Purchases(parts))
    app.add_route("/x/v1/purchases/{purchase_id}", purchases.OnePurchase(parts))
    app.add_route(f"{stock}/register", lines.Registration(parts))
    app.add_route("/v3/organization-telephone-numbers", numbers.HeldNumbers(parts))
    app.add_route("/x/v1/numbers", number_search.NumberSearch(parts))
    app.add_route(number, numbers.Number(parts))
    app.add_route(f"{number}/agent", numbers.NumberAgent(parts))
    app.add_route(f"{number}/sip", numbers.NumberSip(parts))
    app.add_route(f"{number}/revoke-cancel", numbers.NumberRevokeCancel(parts))


def _agents(app: App, parts: Parts) -> None:
    agent = "/v3/agents/{agent_id}"
    app.add_route("/v3/agents", agents.Agents(parts))
    app.add_route("/v3/agents/validate-flow", agents.FlowValidation(parts))
    app.add_route(agent, agents.Agent(parts))
    app.add_route(f"{agent}/versions", agents.Versions(parts))
    app.add_route(f"{agent}/versions/{{version}}/publish", agents.Publication(parts))


def _calls(app: App, parts: Parts) -> None:
    app.add_route("/v3/calls", calls.Calls(parts))
    app.add_route("/v3/calls/{call_id}", calls.Call(parts))
    app.add_route("/x/v1/calls/counts", call_counts.CallCounts(parts))
    app.add_route("/x/v1/calls/{call_id}/hang-up", calls.CallHangUp(parts))


def _routing(app: App, parts: Parts) -> None:
    number = "/x/v1/numbers/{organization_telephone_number_id}"
    app.add_route("/x/v1/runtimes", runtimes.Runtimes(parts))
    app.add_route("/x/v1/runtimes/{runtime_id}", runtimes.OneRuntime(parts))
    app.add_route("/x/v1/agents/{agent_id}/runtime", runtimes.AgentRuntime(parts))
    app.add_route(f"{number}/routing", routing.NumberRoutingResource(parts))
    app.add_route(f"{number}/refusals", routing.NumberRefusals(parts))
    app.add_route("/x/v1/refusals", routing.RecentRefusals(parts))
    app.add_route("/x/v1/routing/refusals", routing.UnknownNumberRefusals(parts))
    app.add_route("/x/v1/routing/simulate", routing.Simulation(parts))
    app.add_route("/x/v1/calls/{call_id}/replay", routing.CallReplay(parts))


def _keys(app: App, parts: Parts) -> None:
    app.add_route("/x/v1/whoami", whoami.WhoAmI(parts))
    app.add_route("/x/v1/keys", keys.Keys(parts))
    app.add_route("/x/v1/keys/{key_id}", keys.Key(parts))
    app.add_route("/x/v1/keys/{key_id}/rotate", keys.KeyRotation(parts))


def _events(app: App, parts: Parts) -> None:
    hook = "/x/v1/webhooks/{webhook_id}"
    app.add_route("/x/v1/events", events.Events(parts))
    app.add_route("/x/v1/ledger", ledger.Ledger(parts))
    app.add_route("/x/v1/ledger.csv", ledger.LedgerCsv(parts))
    app.add_route("/x/v1/call-webhook-key", call_webhook_key.CallWebhookKey(parts))
    app.add_route("/x/v1/webhooks", webhooks.Webhooks(parts))
    app.add_route(hook, webhooks.OneWebhook(parts))
    app.add_route(f"{hook}/rotate-secret", webhooks.WebhookSecret(parts))
    app.add_route(f"{hook}/deliveries", webhooks.Deliveries(parts))
    app.add_route(f"{hook}/deliveries/{{delivery_id}}/redeliver", webhooks.Redelivery(parts))


def _jobs(app: App, parts: Parts) -> None:
    job = "/x/v1/jobs/{job_id}"
    app.add_route("/x/v1/numbers.csv", number_sheets.NumberSheet(parts))
    app.add_route("/x/v1/jobs", jobs.Jobs(parts))
    app.add_route(job, jobs.OneJob(parts))
    app.add_route(f"{job}/rows", jobs.JobRows(parts))
    app.add_route(f"{job}/apply", jobs.JobApply(parts))
    app.add_route(f"{job}/cancel", jobs.JobCancel(parts))
    app.add_route(f"{job}/undo.csv", jobs.JobUndo(parts))


def _peers(app: App, parts: Parts) -> None:
    app.add_route("/x/v1/runtimes/{runtime_id}/health", peer_health.RuntimeHealth(parts))
    app.add_route("/x/v1/trunks/{trunk_id}/health", peer_health.TrunkHealth(parts))
    app.add_route("/x/v1/trunks/{trunk_id}/check", trunks.TrunkCheck(parts))


def _sandbox(app: App, parts: Parts) -> None:
    app.add_route("/x/v1/test-clock", sandbox_clock.SandboxClock(parts))
    app.add_route("/x/v1/test-clock/advance", sandbox_clock.SandboxClockAdvance(parts))
