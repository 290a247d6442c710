"""What a call is about, as the agent's own webhook says before it is answered."""

from dataclasses import replace
from typing import Any

from dialplane.domain.calls import CallId
from dialplane.operations.transactions import in_transaction
from dialplane.store import call_labels, calls
from dialplane.store.database import Database, Writer


def keep(
    database: Database,
    call_id: CallId,
    *,
    dynamic_variables: dict[str, Any],
    metadata: dict[str, Any],
) -> None:
    """Keep variables and metadata with the call; they come back wherever the call is told."""

    def work(db: Writer) -> None:
        call = calls.find_locked(db, call_id)
        # Asked again about the same call, the edge gets the same answer, and so does the call.
        if call is not None and not (call.dynamic_variables or call.metadata):
            call = replace(call, dynamic_variables=dynamic_variables, metadata=metadata)
            calls.describe(db, call)
            call_labels.add(db, call)

    database.catch_up()
    in_transaction(database.writing, work)
