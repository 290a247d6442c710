"""Reading the settings for people: what each is for, and which one is not understood."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final
from urllib.parse import urlsplit

from dialplane.cli.faults import Refused
from dialplane.domain.rates import rules_in
from dialplane.operations.strangers import networks_in
from dialplane.settings import (
    ClientVariables,
    DialerVariables,
    EdgeVariables,
    Settings,
    read_settings,
)
from dialplane.store.opening import SQLITE_FILE
from dialplane.store.secret_box import SecretBox

PREFIX: Final = "DIALPLANE_"

GROUPS: Final[Mapping[str, tuple[str, type]]] = {
    "The server": (PREFIX, Settings),
    "The SIP edge": (f"{PREFIX}EDGE_", EdgeVariables),
    "The dialer": (f"{PREFIX}DIALER_", DialerVariables),
    "Commands that ask the API": (PREFIX, ClientVariables),
}
"""Who reads what: the beginning of the names, and the class that holds the rest."""

_SECRET_WORDS: Final = ("secret", "token", "password", "api_key")
_HIDDEN: Final = "(set)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing to set; `value` is what the environment says, with secrets hidden."""

    group: str
    variable: str
    value: str
    given: bool
    default: str
    help: str


def settings_in(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        Refused: naming the variable that is not understood.
    """
    try:
        settings = read_settings(environment)
    except ValueError as error:
        raise _refused(_culprit(environment)) from error
    for name, understood in _UNDERSTOOD.items():
        if not understood(getattr(settings, name)):
            raise _refused(PREFIX + name.upper())
    return settings


def every_setting(environment: Mapping[str, str] = os.environ) -> Iterator[Setting]:
    """What there is to set, understood or not."""
    for group, (prefix, holder) in GROUPS.items():
        for field in fields(holder):
            variable = prefix + field.name.upper()
            default = field.metadata["default"]
            yield Setting(
                group=group,
                variable=variable,
                value=_shown(field.name, environment.get(variable, default)),
                given=variable in environment,
                default=default,
                help=field.metadata["help"],
            )


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like ours and that nobody reads: most often misspelt."""
    known = {each.variable for each in every_setting(environment)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def place_of(settings: Settings) -> str:
    """Where the database is; without the password, which may be part of the address."""
    if not settings.database_url:
        return str(settings.data_dir / SQLITE_FILE)
    return _without_password(settings.database_url)


def _without_password(text: str) -> str:
    url = urlsplit(text)
    if url.password is None:
        return text
    return url._replace(netloc=url.netloc.replace(f":{url.password}@", ":***@", 1)).geturl()


def _refused(variable: str) -> Refused:
    known = {each.variable: each for each in every_setting()}[variable]
    default = f"is {known.default}" if known.default else "is empty"
    return Refused(
        f"{variable} is not understood. {known.help}",
        f"Correct it, or unset it: the default {default}.",
        "BAD_SETTING",
    )


def _culprit(environment: Mapping[str, str]) -> str:
    """The one variable that cannot even be read; the others are checked afterwards."""
    for name, value in environment.items():
        try:
            read_settings({name: value})
        except ValueError:
            return name
    raise AssertionError("unreachable: every variable is read for itself")


def _readable(reader: Callable[[str], object]) -> Callable[[str], bool]:
    def readable(text: str) -> bool:
        try:
            reader(text)
        except ValueError:
            return False
        return True

    return readable


_UNDERSTOOD: Final[Mapping[str, Callable[[Any], bool]]] = {
    "database_url": lambda url: not url or url.startswith(("postgresql://", "postgres://")),
    "secret_key": lambda ring: not ring or _readable(SecretBox)(ring),
    "rate_limit": _readable(rules_in),
    "trusted_proxies": _readable(networks_in),
    "hsts_s": lambda seconds: seconds >= 0,
    "quarantine_days": lambda days: days >= 0,
    "idle_connection_s": lambda seconds: seconds >= 1,
    "threads": lambda threads: threads is None or threads >= 1,
    "log_format": lambda word: word in {"json", "console"},
    "log_level": lambda word: word.lower() in {"debug", "info", "warning", "error"},
}


def _shown(name: str, value: str) -> str:
    if value and any(word in name for word in _SECRET_WORDS):
        return _HIDDEN
    return _without_password(value) if name == "database_url" else value
