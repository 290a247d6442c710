"""`dialplane dialer`: the process that places calls."""

from importlib import import_module

from dialplane.cli.commands import command, group
from dialplane.cli.faults import Refused
from dialplane.dialer.settings import DialerSettings
from dialplane.foundations import set_up_logging
from dialplane.settings import read_dialer_variables, read_settings

app = group("The process that places calls, told by what DIALPLANE_DIALER_* say.")


@command(app, "run")
def run() -> None:
    """Place calls until told to stop."""
    settings = _settings()
    try:
        # The library is an extra: only the dialer needs it.
        process = import_module("dialplane.dialer.process")
    except ModuleNotFoundError as error:
        raise Refused(
            f"The dialer needs {error.name}.", "Install it: pip install 'dialplane[dialer]'"
        ) from error
    set_up_logging(read_settings())
    process.run(settings)


def _settings() -> DialerSettings:
    try:
        said = read_dialer_variables()
    except ValueError as error:
        raise Refused(f"The settings of the dialer: {error}") from error
    if not said.token:
        raise Refused("DIALPLANE_DIALER_TOKEN is not set.")
    return DialerSettings(
        control_url=said.control_url,
        token=said.token,
        address=said.address,
        port=said.port,
        edge_host=said.edge_address,
        edge_port=said.edge_port,
        room=said.calls,
    )
