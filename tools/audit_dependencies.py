"""Asks whether a locked dependency has a known vulnerability; says so when nobody can be asked.

The advisories come from whichever service pip-audit reaches. With DIALPLANE_ADVISORIES=required
it is a failure when none is reached, for places that should reach one.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

LOCK: Final = Path("requirements.lock")
SERVICES: Final = ("pypi", "osv")
PATIENCE_S: Final = 120


def audited(lock: Path, service: str) -> list[dict[str, Any]] | None:
    """Each dependency that was audited, with its vulnerabilities; None if nobody answers."""
    asked = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--requirement", str(lock)),
            *("--disable-pip", "--no-deps", "--progress-spinner", "off"),
            *("--format", "json", "--vulnerability-service", service),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    try:
        told: dict[str, Any] = json.loads(asked.stdout)
    except ValueError:
        return None
    return [each for each in told["dependencies"] if "skip_reason" not in each] or None


def first_of(lock: Path) -> str:
    """One requirement with its hashes, to find out with one question who answers at all."""
    lines: list[str] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        lines.append(line)
        if not line.endswith("\\"):
            return "\n".join(lines) + "\n"
    raise ValueError(f"{lock} holds no requirement")


def reachable(lock: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.txt"
        one.write_text(first_of(lock), encoding="utf-8")
        yield from (service for service in SERVICES if audited(one, service) is not None)


def main() -> int:
    locked = sum(" \\" in line for line in LOCK.read_text().splitlines() if "==" in line)
    service = next(reachable(LOCK), None)
    dependencies = None if service is None else audited(LOCK, service)
    if dependencies is None:
        print(
            f"advisories  NOT CHECKED: no service of advisories answers from here ({locked} left)"
        )
        return 1 if os.environ.get("DIALPLANE_ADVISORIES") == "required" else 0
    bad = [each for each in dependencies if each["vulns"]]
    for each in bad:
        for known in each["vulns"]:
            fixed = ", ".join(known["fix_versions"]) or "nothing yet"
            print(f"{each['name']} {each['version']}: {known['id']}, mended in {fixed}")
    if len(dependencies) < locked:
        print(f"advisories  PARTLY CHECKED: {len(dependencies)} of {locked}")
    elif not bad:
        print(f"advisories ok, {len(dependencies)} dependencies")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
