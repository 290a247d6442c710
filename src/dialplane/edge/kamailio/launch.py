"""Kamailio on this machine: its files laid out, checked and started."""

import os
import subprocess
from typing import Final

from dialplane.edge.kamailio.render import render
from dialplane.edge.kamailio.settings import EdgeSettings

SHARED_MEMORY_MB: Final = 512
"""Kamailio's own 64 MB end at a few hundred calls/s."""


class ConfigurationRefused(Exception):
    """Kamailio does not accept the rendered configuration."""


def lay_out(settings: EdgeSettings) -> None:
    """The files hold credentials, so nobody else may read them."""
    settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in render(settings).items():
        file = os.open(settings.directory / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w") as writer:
            writer.write(text)


def command(settings: EdgeSettings, *, shared_memory_mb: int = SHARED_MEMORY_MB) -> list[str]:
    """In the foreground."""
    return [
        *_program(settings),
        *("-DD", "-E"),
        *("-m", str(shared_memory_mb)),
        *("-w", str(settings.directory)),
    ]


def check(settings: EdgeSettings) -> None:
    lay_out(settings)
    checked = subprocess.run([*_program(settings), "-c"], capture_output=True, check=False)
    if checked.returncode != 0:
        raise ConfigurationRefused(_complaints(checked.stderr))


def run(settings: EdgeSettings) -> None:
    """Becomes Kamailio, so that signals and exit status are its own."""
    lay_out(settings)
    argv = command(settings)
    os.execvp(argv[0], argv)


def _program(settings: EdgeSettings) -> list[str]:
    # -M: twenty buffers for a batch of events each do not fit the default private memory.
    # -x: with the default allocator every process takes a second to read the trusted certificates.
    file = str(settings.directory / "kamailio.cfg")
    return [settings.kamailio, "-f", file, "-M", "32", "-x", "fm"]


def _complaints(output: bytes) -> str:
    """The first few: one missing module makes every line that needs it wrong."""
    lines = output.decode(errors="replace").splitlines()
    return "\n".join([line for line in lines if "ERROR" in line or "CRITICAL" in line][:4])
