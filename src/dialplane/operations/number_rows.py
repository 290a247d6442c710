"""One row of an import carried out on the number it names, by the operations of the API."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dialplane.domain.callers import Caller
from dialplane.domain.digits import read_digits
from dialplane.domain.errors import Invalid, NotFound, PreconditionFailed
from dialplane.domain.frozen import dataclass
from dialplane.domain.jobs import JobId, JobRow
from dialplane.domain.number_sheets import (
    DIRECTIONS,
    KEPT,
    Action,
    RowWish,
    digits_to_hold,
    probably_meant,
    wish_of,
)
from dialplane.domain.numbers import HeldNumber, MappingChange, Provider, SipChange
from dialplane.domain.values import UNCHANGED, NumberId, Unchanged, chosen
from dialplane.operations import numbers as operations
from dialplane.operations.ids import new_trunk_ids
from dialplane.operations.numbers import NumberPolicy, Registration
from dialplane.store import job_rows, numbers
from dialplane.store.database import Reader, Writer
from dialplane.store.secret_box import FOR_CELLS, FOR_SIP, SecretBox

_SEALED_COLUMN: Final = "auth_password"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRules:
    """What rows are carried out by: the operator's settings, and what seals and opens."""

    policy: NumberPolicy
    box: SecretBox

    def sealed(self, cells: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
        """Cells as they may be kept, and beside them, sealed, the one that is a secret."""
        secret = cells.get(_SEALED_COLUMN)
        if not secret:
            return dict(cells), None
        return {**cells, _SEALED_COLUMN: ""}, self.box.seal(secret, FOR_CELLS)

    def opened(self, row: JobRow) -> dict[str, str]:
        # Before 0091 it stood, sealed, in the cell itself.
        sealed = row.sealed_password_cell or row.cells.get(_SEALED_COLUMN)
        if not sealed:
            return row.cells
        return {**row.cells, _SEALED_COLUMN: self.box.open(sealed, FOR_CELLS)}

    def replaces_password(self, before: HeldNumber, after: HeldNumber) -> bool:
        return self.password_of(before) != self.password_of(after)

    def password_of(self, number: HeldNumber) -> str | None:
        sealed = number.sip.sealed_password
        return None if sealed is None else self.box.open(sealed, FOR_SIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a row did; `before` is None for a number that was not held."""

    action: Action
    before: HeldNumber | None
    after: HeldNumber

    @property
    def changed(self) -> bool:
        return self.before is None or self.before.revision != self.after.revision


def carry_out(db: Writer, caller: Caller, row: JobRow, rules: RowRules) -> Carried:
    """Do what a row asks for, whole or not at all.

    Raises:
        PreconditionFailed: the number has changed since the preview.
        DomainError: whatever the operations say to the same request.
    """
    wish = wish_of(rules.opened(row))
    number = None if wish.action is Action.REGISTER else _find(db, caller, row, wish)
    if number is None and row.number_id is None and wish.action in (None, Action.REGISTER):
        registered = _register(db, caller, wish, rules)
        return Carried(action=Action.REGISTER, before=None, after=registered)
    if number is None:
        raise Invalid.one("number", "number_not_held")
    if row.tag is not None and row.tag != number.tag:
        raise PreconditionFailed
    if wish.action is Action.CANCEL:
        number.require_provider(Provider.CUSTOM)
        after = operations.cancel(db, caller, number.id, policy=rules.policy)
        return Carried(action=Action.CANCEL, before=number, after=after)
    after = _set(db, caller, number, wish, rules=rules)
    return Carried(action=Action.SET, before=number, after=after)


def _find(db: Writer, caller: Caller, row: JobRow, wish: RowWish) -> HeldNumber | None:
    number_id = row.number_id or wish.number_id
    if number_id is not None:
        number = _get(db, caller, NumberId(number_id))
        if wish.number is not None and number.canonical not in _spellings(wish.number):
            raise Invalid.one("number", "another_number", number=number.number)
        return number
    for canonical in _spellings(wish.number or ""):
        holder = numbers.find_holder(db, caller.realm, canonical)
        if holder is not None and holder.organization_id == caller.organization_id:
            number = _get(db, caller, holder.id)
            return number if number.in_service or number.end_at is None else None
    return None


def _get(db: Writer, caller: Caller, number_id: NumberId) -> HeldNumber:
    try:
        return numbers.get_locked(db, caller.organization_id, number_id).at(caller.now)
    except NotFound as missing:
        raise Invalid.one("id", "number_not_held") from missing


def _spellings(text: str) -> list[str]:
    """What the digits in a cell may mean, the likeliest first."""
    digits = read_digits(text)
    meant = probably_meant(digits.plain)
    return [digits.canonical] if meant is None else [digits.canonical, meant]


def _register(db: Writer, caller: Caller, wish: RowWish, rules: RowRules) -> HeldNumber:
    if wish.number is None:
        raise Invalid.one("number", "missing")
    digits = digits_to_hold(wish.number)
    if not isinstance(wish.address, str):
        raise Invalid.one("address", "needed_to_register")
    if isinstance(wish.auth_password, str) and not isinstance(wish.auth_username, str):
        raise Invalid.one("auth_username", "needed_with_password")
    password = _sealed(db, caller, wish, rules)
    sip = SipChange(
        address=wish.address,
        auth_username=UNCHANGED if wish.auth_username is None else wish.auth_username,
        sealed_password=None if password is UNCHANGED else password,
        memo=wish.memo,
        trunk_ids=new_trunk_ids(),
    )
    registration = Registration(number=digits, sip=sip)
    number = operations.register(db, caller, registration, policy=rules.policy)
    return _remapped(db, caller, number, wish)


def _set(
    db: Writer, caller: Caller, number: HeldNumber, wish: RowWish, *, rules: RowRules
) -> HeldNumber:
    after = number
    if wish.memo is not UNCHANGED and wish.memo != number.memo:
        after = operations.alter(db, caller, number.id, operations.noting(wish.memo))
    after = _remapped(db, caller, after, wish)
    change = _sip_change(db, caller, number, wish, rules=rules)
    if change is not None:
        trunk = operations.sip_changing(change, policy=rules.policy)
        after = operations.alter(db, caller, number.id, trunk)
    return after


def _remapped(db: Writer, caller: Caller, number: HeldNumber, wish: RowWish) -> HeldNumber:
    change = MappingChange()
    for direction in DIRECTIONS:
        mapping = getattr(number, direction)
        wanted = wish.mappings[direction].applied_to(mapping, direction)
        if wanted != mapping:
            change = replace(change, **{direction: wanted})
    if change == MappingChange():
        return number
    try:
        return operations.alter(db, caller, number.id, operations.remapping(change))
    except Invalid as invalid:
        raise _in_columns(invalid) from invalid


def _in_columns(invalid: Invalid) -> Invalid:
    """The same, under the names the fields have in a sheet."""
    return Invalid(
        [
            replace(problem, field=problem.field.replace(".agent_", "_"))
            for problem in invalid.problems
        ]
    )


def _sip_change(
    db: Reader, caller: Caller, number: HeldNumber, wish: RowWish, *, rules: RowRules
) -> SipChange | None:
    sip = number.sip
    moved = chosen(wish.address, sip.address) != sip.address
    renamed = chosen(wish.auth_username, sip.auth_username) != sip.auth_username
    password = _sealed(db, caller, wish, rules)
    if not moved and not renamed and _keeps_password(number, password, rules):
        return None
    # No login, no secret that a new address could be told.
    if password is UNCHANGED and chosen(wish.auth_username, sip.auth_username) is None:
        password = None
    return SipChange(
        address=wish.address,
        auth_username=wish.auth_username,
        sealed_password=password,
        trunk_ids=new_trunk_ids(),
    )


def _keeps_password(number: HeldNumber, sealed: str | Unchanged | None, rules: RowRules) -> bool:
    if sealed is UNCHANGED:
        return True
    return rules.password_of(number) == (
        None if sealed is None else rules.box.open(sealed, FOR_SIP)
    )


def _sealed(db: Reader, caller: Caller, wish: RowWish, rules: RowRules) -> str | Unchanged | None:
    password = wish.auth_password
    if not isinstance(password, str):
        return password
    if not password.startswith(KEPT):
        return rules.box.seal(password, FOR_SIP)
    job_id, _, row_no = password.removeprefix(KEPT).partition(":")
    kept = None
    if row_no.isascii() and row_no.isdigit() and len(row_no) <= len("20000000"):
        kept = job_rows.password_before(db, caller.organization_id, JobId(job_id), int(row_no))
    if kept is None:
        raise Invalid.one("auth_password", "password_not_kept")
    return kept
