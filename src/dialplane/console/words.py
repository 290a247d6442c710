"""What the console says, in both languages; the sentences are in words/*.toml.

`numbers.title` is `title` in words/numbers.toml. A text with a `|` has a form for one and a form
for any other `count`.
"""

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from dialplane.domain.languages import Language

Say = Callable[..., str]


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every text by its name, and of each text the languages it is in."""
    found: dict[str, dict[str, str]] = {}
    for page in (files("dialplane.console") / "words").iterdir():
        stem, _, ending = page.name.rpartition(".")
        if ending == "toml":
            found |= {
                f"{stem}.{name}": text
                for name, text in tomllib.loads(page.read_text(encoding="utf-8")).items()
            }
    return found


@cache
def in_language(language: Language) -> Say:
    """What says a text in this language, its blanks filled from the facts."""
    texts = {name: text[language] for name, text in catalogue().items()}

    def say(name: str, /, **facts: object) -> str:
        one, other, *_ = (*texts[name].split("|"), texts[name])
        text = one if facts.get("count") == 1 else other
        if "|" not in texts[name]:
            text = one
        return text.format_map(facts) if facts else text

    return say


def knows(name: str) -> bool:
    return name in catalogue()
