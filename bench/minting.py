"""Cursors as Dialplane itself would write them, for pages that nobody wants to walk to."""

from pathlib import Path

from bench import rows
from bench.asking import WriteCursor
from dialplane.api.cursors import Cursors
from dialplane.domain.values import OrganizationId
from dialplane.store.secret_box import SecretBox, read_or_make_key


def cursor_writer(folder: Path) -> WriteCursor:
    """Signs with the key of that data directory, for lists of the big organization."""
    cursors = Cursors(SecretBox(read_or_make_key(folder)).signing_key("cursor"))
    told = {"cursor": None, "limit": None, "sort_order": "desc", "sort_by": "created_at"}
    told |= {"provider": None, "status": ["active"]}
    owner = OrganizationId(rows.organization_id(rows.BIG))

    def write(_name: str, place: tuple[object, str]) -> str:
        scope = ("numbers", owner, told)
        return cursors.write(place, scope) or ""  # type: ignore[arg-type]

    return write
