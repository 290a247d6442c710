"""A real server, a real Kamailio, SIPp around them."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from parts.control_plane import ControlPlane
from parts.edge_process import Edge, edge_settings
from parts.sip_peers import Sipp

NEEDED = ("kamailio", "sipp")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"needs {' and '.join(missing)}; in CI nothing is skipped")
    here = Path(__file__).parent
    for item in items:
        if missing and here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=f"needs {' and '.join(missing)}"))


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """For all tests; each holds numbers of its own."""
    server = ControlPlane(data_dir=tmp_path_factory.mktemp("control"))
    yield server
    server.stop()


@pytest.fixture
def control(one_server: ControlPlane) -> ControlPlane:
    """Up, whatever the test before left behind."""
    if one_server.server is None:
        one_server.start()
    return one_server


@pytest.fixture
def starts_edge(control: ControlPlane, tmp_path: Path) -> Iterator[Callable[..., Edge]]:
    """Starts one with other settings than usual."""
    with ExitStack() as running:

        def start(**changes: object) -> Edge:
            edge = Edge(settings=edge_settings(tmp_path / "edge", control.url, control.token))
            edge.configured(**changes)
            edge.start()
            running.callback(edge.stop)
            return edge

        yield start


@pytest.fixture
def edge(starts_edge: Callable[..., Edge]) -> Edge:
    return starts_edge()


@pytest.fixture
def hasty_edge(starts_edge: Callable[..., Edge]) -> Edge:
    """For tests of silence: it soon takes whoever does not answer for dead."""
    return starts_edge(no_reply_ms=1000)


@pytest.fixture
def sipp(tmp_path: Path) -> Iterator[Sipp]:
    peers = Sipp(directory=tmp_path)
    yield peers
    peers.stop()
