"""A terminal on each engine."""

from typing import Any

import pytest

from parts.terminal import Terminal


@pytest.fixture
def terminal(home: Any) -> Terminal:
    return Terminal(home.environment)


@pytest.fixture
def empty_terminal(empty_home: Any) -> Terminal:
    """On a database nobody has migrated."""
    return Terminal(empty_home.environment)
