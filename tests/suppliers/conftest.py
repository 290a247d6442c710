from collections.abc import Iterator

import pytest

from parts.supplied import Buying, a_simulated_supplier
from parts.world import World


@pytest.fixture
def buying(world: World) -> Iterator[Buying]:
    """Acme, and a supplier with five lines."""
    with a_simulated_supplier(lines=5) as server:
        yield Buying(world, server)
