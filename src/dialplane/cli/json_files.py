"""What is too much for options comes as a JSON object in a file."""

import json
import sys
from pathlib import Path
from typing import Any

from dialplane.cli.faults import Refused

_REMEDY = "--json of the command that shows it prints what it may look like."


def json_in(file: Path) -> dict[str, Any]:
    """Read one from a file or, for `-`, from stdin."""
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    try:
        read = json.loads(text)
    except ValueError as error:
        raise Refused(f"{file} is no JSON: {error}.", _REMEDY, "BAD_FILE") from error
    if not isinstance(read, dict):
        raise Refused(f"{file} holds no JSON object.", _REMEDY, "BAD_FILE")
    return read
