"""Figures of the whole installation in the words of Prometheus, counted when they are asked for."""

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dialplane.store.database import Database
from dialplane.store.figures import Figure, figures_or_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

__all__ = ["CONTENT_TYPE_LATEST", "told"]

_PREFIX = "dialplane_"


class Installation(Collector):
    """The same from every process and every node, because the database is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> "Iterator[Metric]":
        build = GaugeMetricFamily(
            "dialplane_build_info", "The version that answers.", labels=["version"]
        )
        build.add_metric([_version()], 1)
        yield build
        found = figures_or_none(self._database)
        up = found is not None
        yield GaugeMetricFamily(
            "dialplane_database_up", "Whether the database answers.", value=float(up)
        )
        yield from map(_family, found or [])


def told(database: Database, multiprocess_dir: str | None) -> bytes:
    """Figures of this process, or of all on this node; and of the whole installation."""
    counted, installation = REGISTRY, CollectorRegistry()
    if multiprocess_dir:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, multiprocess_dir)  # type: ignore[no-untyped-call]
    installation.register(Installation(database))
    return generate_latest(counted) + generate_latest(installation)


def _family(figure: Figure) -> GaugeMetricFamily:
    question = figure.question
    family = GaugeMetricFamily(_PREFIX + question.name, question.help, labels=question.labels)
    for labels, value in figure.values.items():
        family.add_metric(labels, value)
    return family


@cache
def _version() -> str:
    return version("dialplane")
