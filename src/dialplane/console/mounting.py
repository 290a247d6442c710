"""The addresses of the console, in the application that answers the API."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import falcon

from dialplane.console.assets import Assets
from dialplane.console.pages import (
    agent,
    agents,
    buying,
    call,
    calls,
    clock,
    keys,
    ledger,
    mapping,
    number,
    number_calls,
    number_ends,
    number_history,
    number_routing,
    numbers,
    overview,
    peers,
    registering,
    route_map,
    sign_in,
    sip,
    webhooks,
)
from dialplane.console.parts import HOME, ConsoleParts
from dialplane.console.preferences import language_switch, theme_switch
from dialplane.console.replies import Shown, show, show_instead

App = falcon.App[falcon.Request, falcon.Response]
Told = Callable[[falcon.Request, falcon.Response, Exception, dict[str, Any]], None]


def mount(app: App, parts: ConsoleParts) -> None:
    for mounted in (
        _entrance,
        _numbers,
        _buying,
        _routing,
        _agents,
        _calls,
        _peers,
        _keys,
        _webhooks,
        _time,
    ):
        mounted(app, parts)
    # Asked only for paths that no route knows, so requests to the API never pass here.
    app.add_sink(_not_here, prefix=f"{HOME}(/.*)?$")


def show_what_breaks(app: App, told: Told) -> None:
    """Let people see a page where `told` has told the operator and answered a program."""

    def broken(
        req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
    ) -> None:
        told(req, resp, error, params)
        if req.path == HOME or req.path.startswith(f"{HOME}/"):
            facts = {"request_id": req.context.request_id}
            show_instead(req, resp, Shown(template="broken.html", facts=facts, status=500))

    app.add_error_handler(Exception, broken)


def _entrance(app: App, parts: ConsoleParts) -> None:
    app.add_route(HOME, overview.Overview(parts))
    app.add_route(f"{HOME}/sign-in", sign_in.SignIn(parts))
    app.add_route(f"{HOME}/sign-out", sign_in.SignOut(parts))
    app.add_route(f"{HOME}/language/{{value}}", language_switch())
    app.add_route(f"{HOME}/theme/{{value}}", theme_switch())
    app.add_route(f"{HOME}/assets/{{name}}", Assets())


def _numbers(app: App, parts: ConsoleParts) -> None:
    one = f"{HOME}/numbers/{{number_id:uuid}}"
    app.add_route(f"{HOME}/numbers", numbers.Numbers(parts))
    app.add_route(one, number.Number(parts))
    app.add_route(f"{one}/memo", number.NumberMemo(parts))
    app.add_route(f"{one}/sip", sip.Sip(parts))
    app.add_route(f"{one}/sip/check", sip.SipCheck(parts))
    app.add_route(f"{one}/routing", number_routing.NumberRouting(parts))
    app.add_route(f"{one}/calls", number_calls.NumberCalls(parts))
    app.add_route(f"{one}/history", number_history.NumberHistory(parts))
    app.add_route(f"{one}/end", number_ends.NumberEnd(parts))
    app.add_route(f"{one}/end/revoke", number_ends.NumberEndRevoked(parts))
    for direction in mapping.DIRECTIONS:
        app.add_route(f"{one}/{direction}", mapping.Mapping(parts, direction))


def _buying(app: App, parts: ConsoleParts) -> None:
    app.add_route(f"{HOME}/buy", buying.Stock(parts))
    app.add_route(f"{HOME}/buy/{{number}}", buying.Purchase(parts))
    app.add_route(f"{HOME}/register", registering.Registration(parts))


def _routing(app: App, parts: ConsoleParts) -> None:
    app.add_route(f"{HOME}/route-map", route_map.RouteMap(parts))


def _agents(app: App, parts: ConsoleParts) -> None:
    one = f"{agents.PLACE}/{{agent_id:uuid}}"
    app.add_route(agents.PLACE, agents.Agents(parts))
    app.add_route(one, agent.Agent(parts))
    app.add_route(f"{one}/runtime", agent.AgentRuntime(parts))
    app.add_route(f"{one}/versions", agent.AgentVersions(parts))
    app.add_route(f"{one}/versions/{{version}}", agent.Publication(parts))


def _calls(app: App, parts: ConsoleParts) -> None:
    app.add_route(calls.PLACE, calls.Calls(parts))
    app.add_route(f"{calls.PLACE}/{{call_id:uuid}}", call.Call(parts))
    app.add_route(f"{calls.PLACE}/{{call_id:uuid}}/end", call.CallEnd(parts))


def _peers(app: App, parts: ConsoleParts) -> None:
    app.add_route(peers.RUNTIMES, peers.Runtimes(parts))
    app.add_route(peers.TRUNKS, peers.Trunks(parts))
    app.add_route(f"{peers.TRUNKS}/{{trunk_id}}/check", peers.TrunkCheck(parts))


def _keys(app: App, parts: ConsoleParts) -> None:
    one = f"{keys.PLACE}/{{key_id:uuid}}"
    app.add_route(keys.PLACE, keys.Keys(parts))
    app.add_route(one, keys.Key(parts))
    app.add_route(f"{one}/rotate", keys.KeyRotation(parts))
    app.add_route(f"{one}/revoke", keys.KeyRevocation(parts))


def _webhooks(app: App, parts: ConsoleParts) -> None:
    one = f"{webhooks.PLACE}/{{webhook_id:uuid}}"
    app.add_route(webhooks.PLACE, webhooks.Webhooks(parts))
    app.add_route(one, webhooks.Webhook(parts))
    app.add_route(f"{one}/secret", webhooks.WebhookSecret(parts))
    app.add_route(f"{one}/delete", webhooks.WebhookEnd(parts))
    app.add_route(f"{one}/deliveries/{{delivery_id:uuid}}", webhooks.Redelivery(parts))


def _time(app: App, parts: ConsoleParts) -> None:
    app.add_route(ledger.PLACE, ledger.Ledger(parts))
    app.add_route(f"{ledger.PLACE}.csv", ledger.LedgerSheet(parts))
    app.add_route(clock.PLACE, clock.Clock(parts))


def _not_here(req: falcon.Request, resp: falcon.Response, **_path: str) -> None:
    show(req, resp, Shown(template="not_found.html", status=HTTPStatus.NOT_FOUND))
