"""`dialplane settings`: everything that can be set, told by the one class that holds it."""

import os
from typing import Annotated, Final

import typer

from dialplane.cli.commands import command, single
from dialplane.cli.known_settings import Setting, every_setting, settings_in
from dialplane.cli.terminal import Report, table
from dialplane.settings import Settings

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
    found = list(every_setting(settings_in()))
    rows = [(each.variable, each.value, "*" * _given(each), each.help) for each in found]
    return Report(
        facts={"settings": [_facts(each) for each in found]},
        told=[table("VARIABLE", "VALUE", "SET", "WHAT IT IS", rows=rows)],
    )


def page() -> str:
    """The page docs/settings.md."""
    rows = [
        f"| `{each.variable}` | {f'`{each.default}`' if each.default else ''} | {each.help} |"
        for each in every_setting(Settings())
    ]
    return "\n".join((_HEAD, *rows, "", _FOOT))


def _given(setting: Setting) -> bool:
    return setting.variable in os.environ


def _facts(setting: Setting) -> dict[str, object]:
    return {
        "variable": setting.variable,
        "value": setting.value,
        "set": _given(setting),
        "default": setting.default,
        "help": setting.help,
    }


_HEAD: Final = """# Settings

Everything an operator can set comes from the environment. `dialplane settings` tells what is set,
`dialplane doctor` whether it works. This page is made by `dialplane settings --markdown`.

| variable | default | what it is |
| --- | --- | --- |"""

_FOOT: Final = """\
Two things follow from how the server is started:

- `dialplane serve` on an address that other machines can reach allows 50 requests per second and
  organization when `DIALPLANE_RATE_LIMIT` is not set at all. Set it to nothing for no limit.
- With several `--workers` each process counts requests for itself. Their figures under `/metrics`
  are summed up by way of the folder `metrics` in the data directory, emptied at every start.
"""
