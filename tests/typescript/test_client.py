"""The TypeScript client: made from today's contract, and tested by Node against a real server."""

import json
import re
import time
from pathlib import Path

import pytest

from parts.demo import Demo
from parts.node import installed, npm

# One after the other: they share a folder.
pytestmark = pytest.mark.xdist_group("typescript")

CLIENT = Path(__file__).parents[2] / "sdk" / "typescript"


@pytest.fixture(scope="module")
def client() -> Path:
    return installed(CLIENT)


def test_its_types_are_made_from_todays_contract(client: Path) -> None:
    done = npm(client, "run", "fresh")

    assert done.returncode == 0, "run `npm run generate` in sdk/typescript\n" + done.stderr


def test_it_keeps_its_own_tests(client: Path, demo: Demo) -> None:
    done = npm(client, "test", DIALPLANE_URL=demo.url, DIALPLANE_API_KEY=demo.key)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass 8$", done.stdout, re.MULTILINE)


def test_the_example_of_its_readme_is_typed(client: Path) -> None:
    readme = (CLIENT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```ts\n(.*?)```", readme, re.DOTALL)
    script = client / "test" / f"readme-{time.time_ns()}.ts"
    script.write_text(example.replace('"dialplane"', '"../src/index.js"'), encoding="utf-8")

    try:
        done = npm(client, "exec", "tsc", "--", "--noEmit")
    finally:
        script.unlink()

    assert done.returncode == 0, done.stdout


def test_its_lock_names_no_host_and_its_package_pins() -> None:
    lock = json.loads((CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    package = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))

    assert not [name for name, each in lock["packages"].items() if "resolved" in each]
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
