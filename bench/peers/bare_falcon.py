"""Bare Falcon: the same answers by hand, behind a router, with nothing checked or recorded."""

import falcon

from bench.peers.by_hand import NUMBERS, PURCHASE, STOCK, Told
from bench.peers.connecting import of_this_thread


def _render(response: falcon.Response, told: Told) -> None:
    status, response.data = told
    response.status = status
    response.content_type = falcon.MEDIA_JSON


class Read:
    def on_get(self, request: falcon.Request, response: falcon.Response, **_: str) -> None:
        authorization = request.get_header("Authorization") or ""
        _render(response, of_this_thread().get(authorization, request.path, request.query_string))


class Change:
    def on_patch(self, request: falcon.Request, response: falcon.Response, **_: str) -> None:
        authorization = request.get_header("Authorization") or ""
        raw = request.bounded_stream.read()
        _render(response, of_this_thread().change(authorization, request.path, raw))

    on_post = on_patch


app = falcon.App()
app.add_route(NUMBERS, Read())
app.add_route(NUMBERS + "/{number_id}", Read())
app.add_route(STOCK, Read())
app.add_route(NUMBERS + "/{number_id}/agent", Change())
app.add_route(PURCHASE, Change())
