"""`dialplane settings`: everything that can be set, told by the one class that holds it."""

from typing import Annotated, Final

import typer
from rich.text import Text

from dialplane.cli.commands import command, single
from dialplane.cli.known_settings import GROUPS, Setting, every_setting, unknown_variables
from dialplane.cli.terminal import Report, remark, table

app = single()


@command(app, "settings")
def settings(
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The page docs/settings.md, which is made by this.")
    ] = False,
) -> Report:
    """Tell everything that can be set, and what it is set to; secrets stay hidden."""
    if markdown:
        return Report(facts={"markdown": page()}, told=[page().rstrip()])
    found = list(every_setting())
    rows = [(each.variable, each.value, "*" * each.given, each.help) for each in found]
    for name in unknown_variables():
        remark(Text(f"{name} is set, but nobody reads it.", "yellow"))
    return Report(
        facts={"settings": [_facts(each) for each in found], "unknown": unknown_variables()},
        told=[table("VARIABLE", "VALUE", "SET", "WHAT IT IS", rows=rows)],
    )


def page() -> str:
    """The page docs/settings.md."""
    tables = (_table(group) for group in GROUPS)
    return "\n".join((_HEAD, *tables, _FOOT))


def _table(group: str) -> str:
    rows = [
        f"| `{each.variable}` | {f'`{each.default}`' if each.default else ''} | {each.help} |"
        for each in every_setting({})
        if each.group == group
    ]
    head = ("| variable | default | what it is |", "| --- | --- | --- |")
    return "\n".join((f"## {group}", "", *head, *rows, ""))


def _facts(setting: Setting) -> dict[str, object]:
    return {
        "group": setting.group,
        "variable": setting.variable,
        "value": setting.value,
        "set": setting.given,
        "default": setting.default,
        "help": setting.help,
    }


_HEAD: Final = """# Settings

Everything an operator can set comes from the environment. `dialplane settings` tells what is set,
`dialplane doctor` whether it works. This page is made by `dialplane settings --markdown`.
"""

_FOOT: Final = """\
## What follows from how the server is started

- `dialplane serve` on an address that other machines can reach allows 50 requests per second and
  organization when `DIALPLANE_RATE_LIMIT` is not set at all. Set it to nothing for no limit.
- With several `--workers` each process counts requests for itself. Their figures under `/metrics`
  are summed up by way of the folder `metrics` in the data directory, emptied at every start.
"""
