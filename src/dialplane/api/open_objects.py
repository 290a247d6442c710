"""Objects whose known fields are checked while everything else in them is kept as it was sent."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dialplane.api.shapes import Shape, fields_of, shaped
from dialplane.domain.errors import FieldProblem, Invalid


def problems_of_known_fields(
    sent: dict[str, Any], shape: type[Shape], path: str
) -> Iterator[FieldProblem]:
    """What is wrong with the fields `shape` names; others may be there and may hold anything."""
    known = fields_of(shape)
    try:
        shaped({name: value for name, value in sent.items() if name in known}, shape)
    except Invalid as invalid:
        for problem in invalid.problems:
            yield replace(problem, field=f"{path}.{problem.field}")
