"""Cursors as Dialplane itself writes them, for pages that nobody wants to walk to."""

from pathlib import Path

from bench import rows
from bench.asking import WriteCursor
from dialplane.api.cursors import Cursors
from dialplane.api.lists import ListRequest
from dialplane.api.numbers import NumberQuery
from dialplane.domain.callers import Caller, Mode
from dialplane.domain.values import LIVE, KeyId, OrganizationId
from dialplane.store.pages import Page, Place
from dialplane.store.secret_box import SecretBox, read_or_make_key


def cursor_writer(folder: Path) -> WriteCursor:
    """Signs with the key of that data directory, for the list of the big organization's numbers."""
    cursors = Cursors(SecretBox(read_or_make_key(folder)).signing_key("cursor"))
    listing = ListRequest("numbers", NumberQuery(), _big_organization(), cursors)

    def write(place: Place) -> str:
        ending_there: Page[None] = Page(items=[], total_count=0, next=place)
        return str(listing.envelope(ending_there, str)["next_cursor"])

    return write


def _big_organization() -> Caller:
    return Caller(
        key_id=KeyId(""),
        organization_id=OrganizationId(rows.organization_id(rows.BIG)),
        realm=LIVE,
        mode=Mode.LIVE,
        scopes=frozenset(),
        now=rows.FIRST_AT,
    )
