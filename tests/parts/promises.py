"""`--whole-contract`: the run fails while something the contract promises was never heard.

Each process notes what it hears in `contract.SEEN`; with xdist the controller collects the notes.
"""

from typing import Any

import pytest

from parts import contract
from parts.contract import Promise

_NOTES = "promises_heard"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole-contract",
        action="store_true",
        help="fail unless every status and code in contract/openapi.yaml was heard at least once",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--whole-contract"):
        config.pluginmanager.register(Ledger(config), "promises-ledger")


class Ledger:
    """What the whole run has heard."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._missing: list[Promise] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        notes = getattr(node, "workeroutput", {}).get(_NOTES, [])
        contract.SEEN.update(Promise(*note) for note in notes)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_NOTES] = sorted(map(list, contract.SEEN))
            return
        self._missing = sorted(contract.every_promise() - contract.SEEN)
        if self._missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._missing:
            terminalreporter.section("promised in contract/openapi.yaml, never heard", red=True)
            for promise in self._missing:
                terminalreporter.line(str(promise))
