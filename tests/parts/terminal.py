"""The command line in the process of the test, without the cost of a new one."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from dialplane.cli.program import app
from parts.program import Outcome


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where an operator types; `answers` is what they say when asked.

    What was set for Dialplane on this machine, a server to test with, say, is not set there.
    """

    environment: Mapping[str, str]

    def type(self, *arguments: str, answers: str = "", **variables: str) -> Outcome:
        unset = dict.fromkeys(name for name in os.environ if name.startswith("DIALPLANE_"))
        env = {**unset, "NO_COLOR": "1", **self.environment, **variables}
        result = CliRunner().invoke(app, arguments, input=answers, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(code=result.exit_code, out=result.stdout, err=result.stderr)

    def json(self, *arguments: str) -> Any:
        """What a program would read."""
        outcome = self.type(*arguments, "--json")
        assert outcome.code == 0, outcome.err
        return json.loads(outcome.out)
