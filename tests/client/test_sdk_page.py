"""docs/sdk.md: its examples run one after the other, and are typed as strictly as our own code."""

import re
from pathlib import Path

from mypy import api as mypy

from dialplane.client import errors
from parts import sdk
from parts.aside import do_aside
from parts.demo import Demo

PAGE = (Path(__file__).parents[2] / "docs" / "sdk.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- run -->\n```python\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_works_one_after_the_other(demo: Demo) -> None:
    names = {"KEY": demo.key, "URL": demo.url}

    def follow_the_page() -> None:
        for example in EXAMPLES:
            exec(compile(example, "docs/sdk.md", "exec"), names)  # noqa: S102  # that is the test

    do_aside(follow_the_page)

    assert len(EXAMPLES) == 9
    names["client"].close()  # type: ignore[attr-defined]


def test_the_examples_are_typed_and_mistakes_in_them_would_be_found(tmp_path: Path) -> None:
    script = "KEY = URL = ''\n" + "\n".join(EXAMPLES)
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(script, encoding="utf-8")
    bad.write_text(script + "client.numbers.update(number.id, memo=7)\n", encoding="utf-8")

    said, _, _ = mypy.run(["--strict", "--no-error-summary", str(good), str(bad)])

    assert re.findall(r"(\w+)\.py:\d+: error: .*\[([\w-]+)\]", said) == [("bad", "arg-type")]


def test_the_page_names_every_method() -> None:
    table = re.findall(r"^\| `(\w+)` \| (`.*) \|$", PAGE, re.MULTILINE)
    named = {f"{group}.{each}" for group, all_ in table for each in re.findall(r"`(\w+)`", all_)}

    assert named == {str(method) for method in sdk.methods()}


def test_the_page_names_only_errors_there_are() -> None:
    for name in re.findall(r"errors\.(\w+)", PAGE):
        assert hasattr(errors, name)
