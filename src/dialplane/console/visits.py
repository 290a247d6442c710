"""One look at the console: who looks, in which language, and what they sent."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlencode

import falcon

from dialplane.console import preferences
from dialplane.console.api import Api, Conditions, Refused, Visitor
from dialplane.console.forms import NOTHING_SENT, Form, NotOurs, read_form, require_ours
from dialplane.console.navigation import entries
from dialplane.console.parts import HOME, ConsoleParts
from dialplane.console.replies import (
    Download,
    Elsewhere,
    Reply,
    Shown,
    hand_over,
    show,
    show_instead,
    turn_to,
)
from dialplane.console.sessions import Session, Sessions, new_token
from dialplane.domain.frozen import dataclass
from dialplane.domain.values import Millis

P = ParamSpec("P")
_LONGEST_KEY: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose key this is, as the API tells it."""

    organization: str
    key_name: str
    scopes: frozenset[str]
    sandbox: bool
    now: Millis


class Visit:
    """A request of somebody who is signed in."""

    def __init__(self, req: falcon.Request, session: Session, api: Api, form: Form) -> None:
        self._req = req
        self.session = session
        self.api = api
        self.form = form
        self.language = preferences.language_wanted(req)
        self.caller = _caller(api)

    def asked(self, name: str) -> str:
        """A parameter of the address; the last one counts."""
        return self._req.get_param(name, default="").strip()

    def asked_all(self, name: str) -> list[str]:
        return self._req.get_param_as_list(name, default=[])

    @property
    def now(self) -> Millis:
        """The time in the visitor's organization; a sandbox has its own."""
        return self.caller.now

    @property
    def conditions(self) -> Conditions:
        """Of a form: sent twice it is done once, and it overwrites nothing it has not shown."""
        once, tag = self.form.once, self.form.text("tag")
        return Conditions(once=once and once[:_LONGEST_KEY], if_match=tag or None)

    @property
    def changes_only(self) -> Conditions:
        return Conditions(once=self.conditions.once)


def _caller(api: Api) -> Caller:
    told = api.get("/x/v1/whoami")
    return Caller(
        organization=told["organization"]["name"],
        key_name=told["key"]["name"],
        scopes=frozenset(told["key"]["scopes"]),
        sandbox=told["key"]["mode"] == "test",
        now=told["now"],
    )


class Page:
    """One address of the console; its responders are marked with `signed_in`."""

    def __init__(self, parts: ConsoleParts) -> None:
        self.parts = parts
        self.sessions = Sessions(parts)

    def api_for(self, req: falcon.Request, key: str) -> Api:
        visitor = Visitor(
            key=key,
            language=preferences.language_wanted(req),
            request_id=req.context.request_id,
            address=req.remote_addr,
            forwarded_for=req.get_header("X-Forwarded-For"),
        )
        return Api(self.parts.application, visitor)


G = TypeVar("G", bound=Page)


def signed_in(
    responder: Callable[Concatenate[G, Visit, P], Reply],
) -> Callable[Concatenate[G, falcon.Request, falcon.Response, P], None]:
    """Mark a responder: without a session there is the sign-in page, and a form has to be ours."""

    def respond(
        self: G, req: falcon.Request, resp: falcon.Response, /, *args: P.args, **path: P.kwargs
    ) -> None:
        session = self.sessions.read(req)
        if session is None:
            turn_to(req, resp, Elsewhere(sign_in_address(req)))
            return
        try:
            form = _form(req, session)
            visit = Visit(req, session, self.api_for(req, session.key), form)
            self.sessions.renew(req, resp, session)
            _answer(req, resp, visit, responder(self, visit, *args, **path))
        except Refused as refused:
            _refuse(self, req, resp, refused)
        except NotOurs:
            show_instead(req, resp, Shown(template="not_ours.html", status=403))

    return respond


def _form(req: falcon.Request, session: Session) -> Form:
    if req.method != "POST":
        return NOTHING_SENT
    form = read_form(req)
    require_ours(req, form, session.form_token)
    return form


def sign_in_address(req: falcon.Request) -> str:
    """The way in, and from there back to what was asked for."""
    if req.method != "GET" or req.path in {HOME, f"{HOME}/"}:
        return f"{HOME}/sign-in"
    asked = req.path + (f"?{req.query_string}" if req.query_string else "")
    return f"{HOME}/sign-in?{urlencode({'to': asked})}"


def _refuse(page: Page, req: falcon.Request, resp: falcon.Response, refused: Refused) -> None:
    if refused.status == HTTPStatus.UNAUTHORIZED:
        page.sessions.end(resp)
        turn_to(req, resp, Elsewhere(f"{HOME}/sign-in?signed_out=key"))
        return
    if refused.retry_after:
        resp.set_header("Retry-After", refused.retry_after)
    facts = {"refused": refused, "request_id": req.context.request_id}
    show_instead(req, resp, Shown(template="refused.html", facts=facts, status=refused.status))


def _answer(req: falcon.Request, resp: falcon.Response, visit: Visit, reply: Reply) -> None:
    if isinstance(reply, Elsewhere):
        turn_to(req, resp, reply)
        return
    if isinstance(reply, Download):
        hand_over(resp, reply)
        return
    facts = {
        "visit": visit,
        "who": visit.caller,
        "navigation": entries(sandbox=visit.caller.sandbox),
        "proof": visit.session.form_token,
        "once": new_token,
        "done": visit.asked("done"),
        "may_write": "write" in visit.caller.scopes,
    }
    show(
        req,
        resp,
        Shown(template=reply.template, facts={**facts, **reply.facts}, status=reply.status),
    )
