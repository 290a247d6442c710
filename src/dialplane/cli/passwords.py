"""Secrets handed to a command: from a file or stdin, never as an argument."""

import sys
from pathlib import Path

import typer


def password_in(file: Path) -> str:
    """From a file or, for `-`, from stdin: arguments are for everybody on the machine to read."""
    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    password = text.rstrip("\r\n")
    if not password or not password.isprintable():
        raise typer.BadParameter("the password is empty or holds control characters.")
    return password
