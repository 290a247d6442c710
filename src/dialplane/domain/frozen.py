"""Dataclasses that are frozen by the type checker alone.

Python's own frozen ones go through `object.__setattr__` for every field: to build the number of an
answer so took a fifth of the time of the whole answer, its SQL included. They are also slow to
make, seven generated functions each, and a program of ours makes hundreds of them before it does
anything. `make check` refuses an assignment to a field just the same; equality, hash, text and
`replace` are those of a frozen dataclass.
"""

import dataclasses
import operator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(plain: Any = None, /, *, frozen: bool = False, **options: Any) -> Any:
        if not frozen:
            return dataclasses.dataclass(plain, **options)

        def made(plain: type) -> type:
            told = vars(plain)
            for name, function in _ALIKE.items():
                if name not in told:
                    setattr(plain, name, function)
            # Without one of its own, text is made of the signature, which is slow to find out.
            plain.__doc__ = plain.__doc__ or plain.__name__
            finished = dataclasses.dataclass(init=False, repr=False, eq=False, **options)(plain)
            finished.__init__ = _made_when_needed(finished)
            return finished

        return made


def _made_when_needed(plain: Any) -> Any:
    """The usual constructor; written when the first thing is made of a class, as few are soon."""

    def first(self: object, *given: object, **named: object) -> None:
        told = [(field.name, field.type, _again(field)) for field in dataclasses.fields(plain)]
        namesake: Any = dataclasses.make_dataclass(plain.__name__, told)
        plain.__init__ = namesake.__init__
        plain.__init__(self, *given, **named)

    return first


def _again(field: "dataclasses.Field[Any]") -> Any:
    return dataclasses.field(
        default=field.default,
        default_factory=field.default_factory,
        init=field.init,
        kw_only=field.kw_only,
    )


class _Read(dict[type, Any]):
    """What reads all fields of a class by name, in C."""

    def __missing__(self, kind: Any) -> Any:
        names = [field.name for field in dataclasses.fields(kind)]
        # With a last one that nobody wants, as of a single attribute no tuple is made.
        self[kind] = names, operator.attrgetter(*names, "__class__")
        return self[kind]


_READ = _Read()
T = TypeVar("T")


def replace(thing: T, **changes: object) -> T:
    """Do what `dataclasses.replace` does, which looks at each field by itself."""
    names, read = _READ[type(thing)]
    return type(thing)(**(dict(zip(names, read(thing), strict=False)) | changes))


class _Compared(dict[type, Any]):
    """What reads the compared fields of a class, in C: hardly anything is done so often."""

    def __missing__(self, kind: Any) -> Any:
        names = [field.name for field in dataclasses.fields(kind) if field.compare]
        self[kind] = operator.attrgetter(*names) if names else lambda _: ()
        return self[kind]


_COMPARED = _Compared()


def _equal(self: Any, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    compared = _COMPARED[type(self)]
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(_COMPARED[type(self)](self))


def _text(self: Any) -> str:
    fields = type(self).__dataclass_fields__.values()
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


_ALIKE = {"__eq__": _equal, "__hash__": _hash, "__repr__": _text}

__all__ = ["dataclass", "replace"]
