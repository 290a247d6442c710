"""The examples of a page, run as a shell would, but in this process: seventy programs less.

It knows what the pages use: pipes, `> file`, `NAME=$(...)`, "$NAME", and echo, jq -r and sed
besides the program itself. Everything else is an error, so that an example is never half run.
"""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from parts.terminal import Terminal

_KEEPING = re.compile(r"([A-Z_]+)=\$\((.*)\)")


@dataclass(slots=True)
class SmallShell:
    terminal: Terminal
    folder: Path
    names: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def run(self, script: str) -> None:
        for line in script.splitlines():
            self._line(line)

    def _line(self, line: str) -> None:
        if kept := _KEEPING.fullmatch(line):
            self.names[kept[1]] = self._piped(kept[2]).strip()
            return
        self.said.append(self._piped(line))

    def _piped(self, line: str) -> str:
        words = shlex.shlex(line, posix=True, punctuation_chars="|>")
        words.whitespace_split = True
        commands: list[list[str]] = [[]]
        into: str | None = None
        for word in words:
            if word == "|":
                commands.append([])
            elif word == ">":
                into = next(words)
            else:
                commands[-1].append(re.sub(r"\$(\w+)", lambda name: self.names[name[1]], word))
        text = ""
        for command in commands:
            text = self._said_by(command, text)
        if into is not None:
            (self.folder / into).write_text(text, encoding="utf-8")
        return text

    def _said_by(self, command: list[str], given: str) -> str:
        match command:
            case ["dialplane", *arguments]:
                outcome = self.terminal.type(*arguments, answers=given)
                assert outcome.code == 0, f"{arguments}: {outcome.out}{outcome.err}"
                return outcome.out
            case ["echo", text]:
                return text + "\n"
            case ["jq", "-r", path, *files]:
                return str(json.loads(self._read(files, given))[path.removeprefix(".")]) + "\n"
            case ["sed", edit, *files]:
                _, old, new, _ = edit.split("/")
                return self._read(files, given).replace(old, new)
        raise AssertionError(f"the shell of the tests does not know {command}")

    def _read(self, files: list[str], given: str) -> str:
        texts = [(self.folder / file).read_text(encoding="utf-8") for file in files]
        return "".join(texts) or given
