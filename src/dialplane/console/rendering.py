"""Templates and what they may use; Jinja2 is loaded with the first page that is asked for."""

import importlib
import json
import operator
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from dialplane.console import formats, strips, words
from dialplane.console.assets import address_of
from dialplane.domain.languages import Language
from dialplane.domain.values import Millis

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@cache
def environment() -> "Environment":
    # A server that nobody looks at does without: it is a tenth of a second and some megabytes.
    jinja2 = importlib.import_module("jinja2")
    made: Environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dialplane.console"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals["asset"] = address_of
    made.filters |= {
        "domestic": formats.domestic,
        "international": formats.international,
        "seconds": formats.seconds,
        "percent": formats.percent,
        "runs": strips.runs,
        "combined": operator.or_,
        "zip": zip,
    }
    return made


def rendered(template: str, language: Language, facts: dict[str, Any]) -> str:
    say = words.in_language(language)
    tools = {
        "t": say,
        "tm": partial(_with_markup, say),
        "knows": words.knows,
        "language": language.value,
        "won": partial(formats.won, language=language),
        "when": _when,
        "day": _day,
        "span": partial(_span, say),
        "told": partial(_told, say),
    }
    return environment().get_template(template).render(tools | facts)


def _with_markup(say: words.Say, name: str, /, **facts: object) -> "Markup":
    """A text whose facts may be markup; those that are not are escaped."""
    told: Markup = _markup()(say(name)).format(**facts)
    return told


def _markup() -> "type[Markup]":
    kind: type[Markup] = importlib.import_module("markupsafe").Markup
    return kind


def _when(instant: Millis) -> "Markup":
    """An instant to the minute, in Seoul; the machine-readable one tells it exactly."""
    return _time(instant, "%Y-%m-%d %H:%M")


def _day(instant: Millis) -> "Markup":
    return _time(instant, "%Y-%m-%d")


def _time(instant: Millis, form: str) -> "Markup":
    there = formats.in_seoul(instant)
    told: Markup = _markup()('<time datetime="{}" title="{}">{}</time>').format(
        there.isoformat(timespec="milliseconds"),
        there.strftime("%Y-%m-%d %H:%M:%S Asia/Seoul"),
        there.strftime(form),
    )
    return told


def _told(say: words.Say, field: str, value: object) -> "str | Markup":
    """A value of the journal: instants as instants, the rest as it is written in JSON."""
    if value is None:
        return say("layout.none")
    if isinstance(value, int) and field.endswith("_at"):
        return _when(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _span(say: words.Say, span_ms: Millis) -> str:
    unit, count = formats.nearest(span_ms)
    return say(f"spans.{unit}", count=count)
