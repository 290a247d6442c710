"""`dialplane`, the operator's command line: it stands beside the API and needs no key."""

from importlib import import_module


def main() -> None:
    # API processes import this package too, on their way in; they have no use for the commands.
    import_module("dialplane.cli.program").app()
