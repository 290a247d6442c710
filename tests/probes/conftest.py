"""What tests of the probes start from."""

import os
from collections.abc import Iterator

import pytest

from parts.sip_switch import Switch, is_installed


@pytest.fixture(scope="session")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """Carriers of every kind, played by a real Kamailio."""
    if not is_installed():
        if os.environ.get("CI") == "true":
            pytest.fail("Kamailio is not installed")
        pytest.skip("needs kamailio")
    started = Switch(tmp_path_factory.mktemp("switch")).start()
    yield started
    started.stop()


@pytest.fixture
def trusted(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> Switch:
    """The same, whose authority this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(switch.authority.file))
    return switch
