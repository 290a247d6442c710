"""A dataclass that only the type checker freezes is otherwise a frozen one."""

import dataclasses
from typing import Any

import pytest

from dialplane.domain import frozen


def made(dataclass: Any) -> Any:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Thing:
        name: str
        secret: str = dataclasses.field(default="", repr=False)
        seen: int = dataclasses.field(default=0, compare=False)

    return Thing


@pytest.fixture
def thing() -> Any:
    return made(frozen.dataclass)


def test_it_is_equal_and_hashed_by_what_it_holds(thing: Any) -> None:
    assert thing(name="a", seen=1) == thing(name="a", seen=2)
    assert hash(thing(name="a", seen=1)) == hash(thing(name="a", seen=2))
    assert thing(name="a") != thing(name="b")
    assert thing(name="a") != ("a", "")


def test_it_prints_as_python_would_and_hides_what_is_hidden(thing: Any) -> None:
    theirs = made(dataclasses.dataclass)

    assert repr(thing(name="a", secret="x")) == repr(theirs(name="a", secret="x"))


def test_it_can_be_replaced_taken_apart_and_has_no_other_fields(thing: Any) -> None:
    one = thing(name="a")

    for replace in (dataclasses.replace, frozen.replace):
        other = replace(thing(name="a", secret="x", seen=1), name="b")
        assert (other.name, other.secret, other.seen) == ("b", "x", 1)
    assert dataclasses.asdict(one) == {"name": "a", "secret": "", "seen": 0}
    with pytest.raises(AttributeError):
        one.colour = "red"


def test_what_it_says_itself_is_kept() -> None:
    @frozen.dataclass(frozen=True)
    class Loud:
        name: str

        def __repr__(self) -> str:
            return self.name.upper()

    assert repr(Loud("a")) == "A"


def test_its_constructor_takes_what_pythons_would(thing: Any) -> None:
    theirs = made(dataclasses.dataclass)

    for wrong in ({}, {"name": "a", "colour": "red"}):
        refused = []
        for each in (thing, theirs):
            with pytest.raises(TypeError) as told:
                each(**wrong)
            refused.append(str(told.value))
        assert refused[0] == refused[1].replace("made.<locals>.", "")
    with pytest.raises(TypeError):
        thing("a")


def test_each_heir_has_a_constructor_of_its_own(thing: Any) -> None:
    @frozen.dataclass(frozen=True, slots=True, kw_only=True)
    class Heir(thing):  # type: ignore[misc]
        colours: list[str] = dataclasses.field(default_factory=list)

    assert Heir(name="a").colours == []
    assert thing(name="a").name == Heir(name="a").name
    assert Heir(name="a").colours is not Heir(name="a").colours
