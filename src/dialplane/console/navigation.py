"""What stands in the navigation, in its order."""

from typing import Final

from dialplane.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the console: its name in words/navigation.toml, its icon, and where it is."""

    name: str
    path: str
    sandbox_only: bool = False

    def leads_to(self, path: str) -> bool:
        """Whether the page at `path` belongs here; the overview is only itself."""
        return path == self.path or (self.path != "/console" and path.startswith(f"{self.path}/"))


_ENTRIES: Final = (
    Entry("overview", "/console"),
    Entry("numbers", "/console/numbers"),
    Entry("buy", "/console/buy"),
    Entry("agents", "/console/agents"),
    Entry("calls", "/console/calls"),
    Entry("route_map", "/console/route-map"),
    Entry("trunks", "/console/trunks"),
    Entry("runtimes", "/console/runtimes"),
    Entry("webhooks", "/console/webhooks"),
    Entry("keys", "/console/keys"),
    Entry("ledger", "/console/ledger"),
    Entry("clock", "/console/clock", sandbox_only=True),
)


def entries(*, sandbox: bool) -> tuple[Entry, ...]:
    return tuple(entry for entry in _ENTRIES if sandbox or not entry.sandbox_only)
