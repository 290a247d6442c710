"""The way in, with an API key, and the way out."""

import falcon

from dialplane.console.api import Refused
from dialplane.console.forms import NotOurs, read_form, require_ours
from dialplane.console.parts import HOME
from dialplane.console.preferences import own_address
from dialplane.console.replies import Elsewhere, Shown, show, turn_to
from dialplane.console.visits import Page


class SignIn(Page):
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if self.sessions.read(req) is not None:
            turn_to(req, resp, Elsewhere(own_address(req.get_param("to", default=HOME))))
            return
        self._show(req, resp, fault=None)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        try:
            form = read_form(req)
            require_ours(req, form, self.sessions.visitor_token(req, resp))
        except NotOurs:
            self._show(req, resp, fault="stale")
            return
        key = form.text("key")
        try:
            self.api_for(req, key).get("/x/v1/whoami")
        except Refused as refused:
            known = {401: "unknown", 403: "cannot_read", 429: "too_many"}
            self._show(req, resp, fault=known.get(refused.status, "broken"))
            return
        self.sessions.begin(req, resp, key)
        turn_to(req, resp, Elsewhere(own_address(form.text("to"))))

    def _show(self, req: falcon.Request, resp: falcon.Response, fault: str | None) -> None:
        facts = {
            "proof": self.sessions.visitor_token(req, resp),
            "to": own_address(req.get_param("to", default=HOME)),
            "fault": fault,
            "signed_out": req.get_param("signed_out", default=""),
        }
        status = 200 if fault is None else 400
        show(req, resp, Shown(template="sign_in.html", facts=facts, status=status))


class SignOut(Page):
    """Possible with a key that no longer works, too."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        session = self.sessions.read(req)
        try:
            if session is not None:
                require_ours(req, read_form(req), session.form_token)
        except NotOurs:
            show(req, resp, Shown(template="not_ours.html", status=403))
            return
        self.sessions.end(resp)
        turn_to(req, resp, Elsewhere(f"{HOME}/sign-in?signed_out=yes"))
