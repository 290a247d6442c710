"""Numbers as rows of a sheet: what a row asks for, and how a number is written down as one."""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from dialplane.domain.digits import read_digits
from dialplane.domain.errors import FieldProblem, Invalid
from dialplane.domain.frozen import dataclass
from dialplane.domain.numbers import AgentMapping, HeldNumber
from dialplane.domain.sheets import Columns, cell_text, safe_cell
from dialplane.domain.values import UNCHANGED, AgentId, Unchanged

DIRECTIONS: Final = ("inbound_agent", "outbound_agent", "sms_inbound_agent")
COLUMNS: Final = (
    "id", "number", "provider", "status", "memo",
    *(f"{direction}_{part}" for direction in DIRECTIONS for part in ("id", "version")),
    "address", "auth_username", "auth_password", "monthly_fee", "start_at", "end_at", "action",
)  # fmt: skip
_TOLD_ONLY: Final = frozenset({"provider", "status", "monthly_fee", "start_at", "end_at"})
IMPORT_COLUMNS: Final = Columns(
    read=frozenset(COLUMNS) - _TOLD_ONLY,
    ignored=_TOLD_ONLY,
    one_of=frozenset({"id", "number"}),
)

ROWS_MAX: Final = 20_000
BYTES_MAX: Final = 8 * 1024 * 1024

KEPT: Final = "kept:"
"""`kept:JOB:ROW` in a cell stands for the password a job has replaced."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SELECTOR = re.compile(r"current|production|v[1-9][0-9]{0,8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCIENTIFIC = re.compile(r"\+?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DECIMAL = re.compile(r"([0-9]+)[.,]0+")
_FORMULA_TEXT = re.compile(r'="([^"]*)"')
_LONGEST = {"memo": 200, "address": 255, "auth_username": 255, "auth_password": 255}
_LONGEST_NUMBER = 20


class Action(StrEnum):
    SET = "set"
    REGISTER = "register"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingWish:
    """What a row says of one direction: an agent, a version, both, or nothing at all."""

    agent_id: AgentId | Unchanged | None = UNCHANGED
    agent_version: str | Unchanged = UNCHANGED

    def applied_to(self, mapping: AgentMapping | None, field_name: str) -> AgentMapping | None:
        """The mapping as the row wants it.

        Raises:
            Invalid: a version without an agent.
        """
        if self.agent_id is None:
            return None
        agent_id = self.agent_id
        if agent_id is UNCHANGED:
            if self.agent_version is UNCHANGED:
                return mapping
            if mapping is None:
                raise Invalid.one(f"{field_name}_id", "version_without_agent")
            agent_id = mapping.agent_id
        same = mapping is not None and mapping.agent_id == agent_id
        kept = mapping.agent_version if mapping is not None and same else "current"
        version = kept if self.agent_version is UNCHANGED else self.agent_version
        return AgentMapping(agent_id=agent_id, agent_version=version)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWish:
    """What one row asks for; everything it leaves out stays as it is."""

    number_id: str | None = None
    number: str | None = None
    action: Action | None = None
    memo: str | Unchanged | None = UNCHANGED
    mappings: Mapping[str, MappingWish] = field(default_factory=dict)
    address: str | Unchanged | None = UNCHANGED
    auth_username: str | Unchanged | None = UNCHANGED
    auth_password: str | Unchanged | None = field(default=UNCHANGED, repr=False)

    @property
    def speaks_of_trunk(self) -> bool:
        told = (self.address, self.auth_username, self.auth_password)
        return any(each is not UNCHANGED for each in told)


def wish_of(cells: Mapping[str, str]) -> RowWish:
    """Read the cells of a row.

    Raises:
        Invalid: with everything that is wrong with them.
    """
    reading = _Reading(cells)
    wish = RowWish(
        number_id=reading.uuid("id"),
        number=reading.number(),
        action=reading.action(),
        memo=reading.text("memo"),
        mappings={direction: reading.mapping(direction) for direction in DIRECTIONS},
        address=reading.plain_text("address"),
        auth_username=reading.plain_text("auth_username"),
        auth_password=reading.plain_text("auth_password"),
    )
    if reading.problems:
        raise Invalid(reading.problems)
    return wish


def probably_meant(digits: str) -> str | None:
    """The number a spreadsheet made these digits of, by taking the 0 in front away."""
    whole = read_digits(f"0{digits}")
    unread = read_digits(digits).domestic is None
    return whole.domestic if unread and digits.isdigit() else None


class _Reading:
    """The cells of one row, and what is wrong with them."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.problems: list[FieldProblem] = []

    def text(self, column: str) -> str | Unchanged | None:
        if column not in self._cells:
            return UNCHANGED
        text = cell_text(self._cells[column])
        longest = _LONGEST.get(column)
        if text is not None and longest is not None and len(text) > longest:
            self._wrong(column, "too_long", limit=longest)
        return text

    def plain_text(self, column: str) -> str | Unchanged | None:
        """For what travels in SIP: on one line, and not empty."""
        text = self.text(column)
        if isinstance(text, str):
            if _CONTROL.search(text):
                self._wrong(column, "control_character")
            elif not text.strip():
                self._wrong(column, "too_short", limit=1)
        return text

    def uuid(self, column: str) -> str | None:
        text = self.text(column)
        if text is UNCHANGED or text is None:
            return None
        if not _UUID.fullmatch(text.strip()):
            self._wrong(column, "not_uuid")
        return text.strip().lower()

    def mapping(self, direction: str) -> MappingWish:
        id_column, version_column = f"{direction}_id", f"{direction}_version"
        cleared = cell_text(self._cells.get(id_column, "-")) is None
        agent_id = self.uuid(id_column)
        version = self.text(version_column)
        if cleared:
            if isinstance(version, str):
                self._wrong(version_column, "version_without_agent")
            return MappingWish(agent_id=None)
        if version is None:
            self._wrong(version_column, "version_not_cleared")
        elif version is not UNCHANGED and not _SELECTOR.fullmatch(version.strip()):
            self._wrong(version_column, "not_selector")
        return MappingWish(
            agent_id=UNCHANGED if agent_id is None else AgentId(agent_id),
            agent_version=version.strip() if isinstance(version, str) else UNCHANGED,
        )

    def action(self) -> Action | None:
        text = self.text("action")
        if text is UNCHANGED or text is None:
            return None
        try:
            return Action(text.strip().lower())
        except ValueError:
            self._wrong("action", "not_one_of", allowed=", ".join(Action))
            return None

    def number(self) -> str | None:
        """The digits as they are meant, whatever a spreadsheet has made of them."""
        text = self.text("number")
        if text is UNCHANGED or text is None:
            if "id" not in self._cells:
                self._wrong("number", "missing")
            return None
        cell = _FORMULA_TEXT.sub(r"\1", text.strip())
        if _SCIENTIFIC.fullmatch(cell):
            self._wrong("number", "digits_lost")
            return None
        return _DECIMAL.sub(r"\1", cell) if _DECIMAL.fullmatch(cell) else cell

    def _wrong(self, column: str, reason: str, **facts: object) -> None:
        self.problems.append(FieldProblem(column, reason, facts))


def digits_to_hold(text: str) -> str:
    """The digits under which a new number is held.

    Raises:
        Invalid: it is no number, or one that has lost its 0.
    """
    digits = read_digits(text)
    if digits.domestic is not None:
        return digits.domestic
    meant = probably_meant(digits.plain)
    if meant is not None:
        raise Invalid.one("number", "zero_lost", meant=meant)
    if not digits.plain.isascii() or not digits.plain.isdigit():
        raise Invalid.one("number", "not_digits")
    if len(digits.plain) > _LONGEST_NUMBER:
        raise Invalid.one("number", "too_long", limit=_LONGEST_NUMBER)
    return digits.plain


def exported(number: HeldNumber) -> list[str]:
    """A number as a row, in the order of `COLUMNS`: what has no value is an empty cell."""
    told = number.told() | _flat_mappings(number.told())
    shown: dict[str, object] = {name: told.get(name) for name in COLUMNS}
    shown |= {"auth_username": None, "auth_password": None, "action": None}
    return ["" if value is None else safe_cell(value) for value in shown.values()]


def undone(
    before: Mapping[str, object] | None,
    changes: Mapping[str, object],
    *,
    kept_password: str | None,
) -> dict[str, str]:
    """The cells that put a number back as it was; empty for a number that was not held."""
    if before is None:
        return {"action": Action.CANCEL}
    registers = "status" in changes  # the service has ended: the number has to begin anew
    told = {**before, **_flat_mappings(before)}
    wanted = _UNDOABLE if registers else _changed_columns(changes)
    cells = {name: safe_cell(told.get(name)) for name in wanted if name in told}
    if registers:
        cells = {name: cell for name, cell in cells.items() if told.get(name) is not None}
        cells["action"] = Action.REGISTER
    if kept_password is not None:
        cells["auth_password"] = kept_password
    return cells


_UNDOABLE: Final = tuple(
    name
    for name in COLUMNS
    if name not in _TOLD_ONLY and name not in {"id", "number", "auth_password", "action"}
)


def _changed_columns(changes: Mapping[str, object]) -> list[str]:
    return [
        name
        for name in _UNDOABLE
        if name in changes or any(name.startswith(f"{each}_") and each in changes
                                  for each in DIRECTIONS)
    ]  # fmt: skip


def _flat_mappings(told: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for direction in DIRECTIONS:
        mapping = told.get(direction)
        if isinstance(mapping, Mapping):
            flat[f"{direction}_id"] = mapping["agent_id"]
            flat[f"{direction}_version"] = mapping["agent_version"]
        else:
            flat[f"{direction}_id"] = None
    return flat
