"""What an organization checks the signatures of its agents' webhooks with, over HTTP."""

from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.domain.callers import Scope
from dialplane.operations.call_messages import signing_key
from dialplane.operations.changes import Answer


class CallWebhookKey(Resource):
    @operation(Scope.ADMIN)
    def on_get(self, request: Request) -> Answer:
        return answer({"key": signing_key(self.parts.box, request.caller.organization_id)})
