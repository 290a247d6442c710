"""What tests of the edge's side start from."""

import pytest

from parts.edge_client import EdgeClient
from parts.world import World


@pytest.fixture
def edge(world: World) -> EdgeClient:
    """The one SIP edge of the installation."""
    return EdgeClient(world)
