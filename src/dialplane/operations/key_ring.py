"""A new key for the secrets: everything sealed is sealed anew while the API goes on.

Rows are done in small transactions, each of which holds for itself. Killed at any line, the next
run goes on with what is left, because what is left is told by the rows themselves.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import field
from typing import Final

from dialplane.domain.frozen import dataclass
from dialplane.operations import installation
from dialplane.store import sealed
from dialplane.store.database import Database
from dialplane.store.secret_box import SecretBox

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How many secrets there are in each place, under each key; by the ids of the keys."""

    by_place: dict[str, Counter[str]] = field(default_factory=dict)

    def under_others(self, key_id: str) -> int:
        """How many are not under this key."""
        return sum(
            count
            for counts in self.by_place.values()
            for other, count in counts.items()
            if other != key_id
        )

    def under(self, key_id: str) -> int:
        return sum(counts[key_id] for counts in self.by_place.values())

    @property
    def total(self) -> int:
        return sum(counts.total() for counts in self.by_place.values())


def census(database: Database) -> Census:
    """Count what is sealed, and under which key."""
    with database.snapshot() as db:
        found = {place.name: sealed.count_by_key(db, place) for place in sealed.PLACES}
        found[_FACTS] = Counter(installation.sealed_under(db))
    return Census(by_place=found)


def reseal_all(database: Database, box: SecretBox, progress: Progress) -> int:
    """Seal everything under the first key of the ring; answers how many secrets that were.

    Raises:
        CannotOpen: one is under a key that is not in the ring; nothing is lost.
    """
    done = 0
    for place in sealed.PLACES:
        after, more = None, True
        while more:
            with database.writing() as db:
                count, after = sealed.reseal_batch(
                    db, place, key_id=box.sealing_id, after=after, reseal=box.reseal
                )
            done += count
            progress(done)
            more = after is not None
    # Last: as long as it is under an old key, no server starts without that key.
    with database.writing() as db:
        done += installation.reseal(db, box)
    progress(done)
    return done


_FACTS: Final = "facts.value"
