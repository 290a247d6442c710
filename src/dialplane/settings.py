"""Everything an operator can set, read from DIALPLANE_* once and handed on as plain values."""

import os
from collections.abc import Mapping
from pathlib import Path

import environ


def _flag(text: str | bool) -> bool:  # noqa: FBT001  # environ-config hands over one value
    return text if isinstance(text, bool) else text.strip().lower() in {"1", "true", "yes", "on"}


@environ.config(prefix="DIALPLANE", frozen=True)
class Settings:
    database_url: str = environ.var(
        "",
        help="Empty: one SQLite file in the data directory. Or postgresql://user@host/database.",
    )
    data_dir: Path = environ.var(
        "dialplane-data", converter=Path, help="Where the SQLite file and secret.key live."
    )
    secret_key: str = environ.var(
        "",
        help="Ring of base64 keys of 32 bytes, comma separated, the first of which seals. Empty:"
        " secret.key in the data directory, made at the first start. Nodes share one ring.",
    )
    rate_limit: str = environ.var(
        "", help="Requests per organization, like 5/s,120/min; empty is no limit."
    )
    allow_private_sip: bool = environ.var(
        False,  # environ-config takes the default first
        converter=_flag,
        help="1 allows loopback and link-local SIP addresses, for trying things out.",
    )
    allow_private_webhooks: bool = environ.var(
        False,  # environ-config takes the default first
        converter=_flag,
        help="1 allows webhooks over http and to this machine, for trying things out.",
    )
    quarantine_days: int = environ.var(
        30, converter=int, help="Days a given-up line rests before it can be bought again."
    )
    threads: int = environ.var(8, converter=int, help="Requests one API process works on at once.")
    log_format: str = environ.var("json", help="json for machines or console for people.")
    log_level: str = environ.var("info", help="debug, info, warning or error.")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises:
        ValueError: a value is not of its type.
    """
    settings: Settings = environ.to_config(Settings, environ=dict(environment))
    return settings
