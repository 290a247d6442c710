"""What an entry gives to its hash is one text for good, or every chain there is would break."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dialplane.domain.journal import OPERATOR, Entry, EntryId, Happening
from dialplane.domain.values import OrganizationId
from dialplane.store.journal import own_text

TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS
"""No floats: nothing that is told of anything holds one."""

TOLD = st.dictionaries(
    TEXTS,
    st.recursive(
        PLAIN, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8
    ),
)


@given(before=TOLD, after=st.none() | TOLD, request_id=TEXTS)
def test_it_is_compact_json_with_sorted_names_and_nothing_escaped_that_need_not_be(
    before: dict[str, Any], after: dict[str, Any] | None, request_id: str
) -> None:
    entry = Entry(
        id=EntryId("the-entry"), organization_id=OrganizationId("acme"),
        happening=Happening.NUMBER_UPDATED, occurred_at=1, actor=OPERATOR, resource_id="that",
        request_id=request_id, before=before, after=after,
    )  # fmt: skip
    told = [
        "the-entry", "acme", "number.updated", 1, ["operator", None], "that", request_id, before,
        after,
    ]  # fmt: skip

    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert own_text(entry) == text.removeprefix("[")
