"""How far a copy of another server has come, in SQL: passes, and what each has done."""

from dataclasses import dataclass

from dialplane.domain.foreign import Loss, Outcome, Taken
from dialplane.domain.values import Millis, OrganizationId
from dialplane.store.database import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One going through everything a source holds; interrupted, it is gone on with."""

    organization_id: OrganizationId
    source: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of the source; `label` is what people call it."""

    kind: str
    foreign_id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An item, and what became of it."""

    item: Item
    taken: Taken
    seen: bool = True


def begin(db: Writer, organization_id: OrganizationId, source: str, *, now: Millis) -> Pass:
    """The pass that was interrupted, or the next one."""
    row = db.returning(
        """
        INSERT INTO mirrors (organization_id, source, pass, began_at)
        VALUES (:organization_id, :source, 1, :now)
        ON CONFLICT (organization_id, source) DO UPDATE
           SET began_at = CASE WHEN mirrors.ended_at IS NULL THEN mirrors.began_at
                               ELSE excluded.began_at END,
               pass = CASE WHEN mirrors.ended_at IS NULL THEN mirrors.pass
                           ELSE mirrors.pass + 1 END,
               ended_at = NULL
        RETURNING pass
        """,
        organization_id=organization_id,
        source=source,
        now=now,
    )
    number = row["pass"] if row else 1
    return Pass(organization_id=organization_id, source=source, number=number)


def end(db: Writer, current: Pass, *, now: Millis) -> None:
    db.run(
        """
        UPDATE mirrors SET ended_at = :now
         WHERE organization_id = :organization_id AND source = :source AND pass = :pass
        """,
        now=now,
        organization_id=current.organization_id,
        source=current.source,
        **{"pass": current.number},
    )


def is_done(db: Reader, current: Pass, item: Item) -> bool:
    """Whether this pass has been here already."""
    row = db.one_or_none(
        """
        SELECT pass FROM mirrored
         WHERE organization_id = :organization_id AND source = :source AND kind = :kind
           AND foreign_id = :foreign_id AND pass = :pass
        """,
        organization_id=current.organization_id,
        source=current.source,
        kind=item.kind,
        foreign_id=item.foreign_id,
        **{"pass": current.number},
    )
    return row is not None


def note(db: Writer, current: Pass, done: Done) -> None:
    """Write down what became of an item, in the transaction in which it became so."""
    db.run(
        """
        INSERT INTO mirrored (organization_id, source, kind, foreign_id, label, pass, outcome,
                              losses)
        VALUES (:organization_id, :source, :kind, :foreign_id, :label, :pass, :outcome, :losses)
        ON CONFLICT (organization_id, source, kind, foreign_id) DO UPDATE
           SET label = excluded.label, pass = excluded.pass, outcome = excluded.outcome,
               losses = excluded.losses
        """,
        organization_id=current.organization_id,
        source=current.source,
        kind=done.item.kind,
        foreign_id=done.item.foreign_id,
        label=done.item.label,
        outcome=done.taken.outcome,
        losses=" ".join(done.taken.losses),
        **{"pass": current.number},
    )


def everything(db: Reader, current: Pass) -> list[Done]:
    """Every item there ever was; `seen` in this pass, or no longer at the source."""
    rows = db.all(
        """
        SELECT kind, foreign_id, label, pass, outcome, losses FROM mirrored
         WHERE organization_id = :organization_id AND source = :source
         ORDER BY kind, label, foreign_id
        """,
        organization_id=current.organization_id,
        source=current.source,
    )
    return [
        Done(
            item=Item(kind=row["kind"], foreign_id=row["foreign_id"], label=row["label"]),
            taken=Taken(
                outcome=Outcome(row["outcome"]),
                losses=tuple(Loss(word) for word in row["losses"].split()),
            ),
            seen=row["pass"] == current.number,
        )
        for row in rows
    ]
