"""What calls can be found by, in SQL."""

from dialplane.domain.calls import Call
from dialplane.domain.labels import labels_in
from dialplane.store.database import Writer


def add(db: Writer, call: Call) -> None:
    """Note the labels of a call that was just kept."""
    for kind, values in (
        ("metadata", call.metadata),
        ("dynamic_variables", call.dynamic_variables),
    ):
        for label in labels_in(values):
            db.run(
                """
                INSERT INTO call_labels (call_id, organization_id, kind, name, value)
                VALUES (:call_id, :organization_id, :kind, :name, :value)
                """,
                call_id=call.id,
                organization_id=call.organization_id,
                kind=kind,
                name=label.name,
                value=label.value,
            )
