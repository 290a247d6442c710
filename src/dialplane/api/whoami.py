"""Whose key this is: the organization that asks, and what it may do."""

from dialplane.api.requests import Request, Resource, answer, operation
from dialplane.domain.callers import Scope
from dialplane.operations.changes import Answer
from dialplane.store import keys, organizations


class WhoAmI(Resource):
    @operation(Scope.READ)
    def on_get(self, request: Request) -> Answer:
        caller = request.caller
        with self.parts.database.snapshot() as db:
            organization = organizations.get(db, caller.organization_id)
            key = keys.get(db, caller.organization_id, caller.key_id)
        return answer(
            {
                "organization": {"id": organization.id, "name": organization.name},
                "key": {
                    "id": key.id,
                    "name": key.name,
                    "mode": key.mode,
                    "scopes": [scope for scope in Scope if scope in key.scopes],
                    "prefix": key.prefix,
                    "expires_at": key.expires_at,
                },
                "now": caller.now,
            }
        )
