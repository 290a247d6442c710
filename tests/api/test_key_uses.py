"""Uses of keys that come together are written down together."""

from builders import GLOBEX, NOW, a_key, an_organization
from dialplane.api.key_uses import KeyUses
from dialplane.domain.values import KeyId
from dialplane.store import keys, organizations
from dialplane.store.database import Database


def test_every_key_that_was_used_is_noted_and_no_other(database: Database) -> None:
    with database.writing() as db:
        organizations.add(db, an_organization(id=GLOBEX, name="Globex"))
        for name in ("day", "night", "idle"):
            key = a_key(id=KeyId(name), organization_id=GLOBEX, prefix=name)
            keys.add(db, key, hashed=name)
    uses = KeyUses(database)

    uses.note(KeyId("day"), NOW)
    uses.note(KeyId("night"), NOW + 5)
    uses.close()

    with database.reading() as db:
        noted = {name: keys.get(db, GLOBEX, KeyId(name)).last_used_at for name in ("day", "night")}
        assert noted == {"day": NOW + 5, "night": NOW + 5}
        assert keys.get(db, GLOBEX, KeyId("idle")).last_used_at is None
