"""Where `dialplane login` keeps addresses and keys: one file, for its owner only."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dialplane.cli.faults import Refused
from dialplane.settings import ClientVariables, read_client_variables

LOCAL: Final = "http://127.0.0.1:8080"
OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An API and a key to it; `name` is None when both come from the environment."""

    name: str | None
    url: str
    key: str = field(repr=False)


def profiles_file(environment: Mapping[str, str] = os.environ) -> Path:
    home = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "dialplane" / "profiles.json"


def current() -> Profile:
    """Whom to ask, and as whom.

    Raises:
        Refused: nobody has said.
    """
    found = find()
    if found is None:
        raise Refused(
            "It is not known which API to ask, and as whom.",
            "Run `dialplane login`, or set DIALPLANE_URL and DIALPLANE_API_KEY.",
            "NOT_LOGGED_IN",
        )
    return found


def find() -> Profile | None:
    """The environment goes before the file; a key alone is one to this machine."""
    variables = read_client_variables()
    if variables.api_key:
        return Profile(name=None, url=variables.url or LOCAL, key=variables.api_key)
    kept = read().get(variables.profile)
    if kept is None:
        _refuse_a_profile_that_is_not_there(variables)
        return None
    return Profile(name=variables.profile, url=kept["url"], key=kept["key"])


def _refuse_a_profile_that_is_not_there(variables: ClientVariables) -> None:
    if "DIALPLANE_PROFILE" in os.environ:
        raise Refused(
            f"There is no login {variables.profile!r}.",
            f"Run `dialplane login --profile {variables.profile}`.",
            "NOT_LOGGED_IN",
        )


def read() -> dict[str, dict[str, str]]:
    file = profiles_file()
    try:
        kept: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Refused(
            f"{file} is not what `dialplane login` writes.", "Delete it, and log in again."
        ) from error
    return kept


def keep(profile: str, url: str, key: str) -> Path:
    return _write(read() | {profile: {"url": url, "key": key}})


def forget(profile: str) -> bool:
    kept = read()
    if kept.pop(profile, None) is None:
        return False
    _write(kept)
    return True


def _write(kept: Mapping[str, Mapping[str, str]]) -> Path:
    """Beside it first, so that it is never half written nor, for a moment, for others to read."""
    file = profiles_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_suffix(f".{os.getpid()}")
    beside.touch(OWNER_ONLY)
    beside.write_text(json.dumps(kept, indent=2), encoding="utf-8")
    beside.replace(file)
    return file
