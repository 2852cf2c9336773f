"""A rendered release on this machine: databases, pods, a proxy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import planes
from tests.infra.rolling import chart, planting, pods, proxy
from tests.infra.rolling.cluster import Deployment, Release
from tests.infra.rolling.load import Load, Maker

#: What was measured, for the end of the log.
_figures: list[str] = []


def tell(figures: str) -> None:
    """Keep a line of figures for who reads the log."""
    _figures.append(figures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was measured; nothing is asserted of times, the machine may be busy."""
    for line in _figures:
        terminalreporter.write_line(line)


@dataclass
class Stack:
    """The web of a release, with a way in."""

    objects: list[chart.Object]
    planted: planting.Planted
    web: Deployment
    way_in: proxy.Proxy
    folder: Path

    @property
    def host(self) -> str:
        """The workspace's host, as the chart says."""
        return f"{self.planted.subdomain}.{self.web.workload.environment['PUBLIC_HOST']}"

    @property
    def health(self) -> chart.Probe:
        """How the way in asks the pods."""
        return chart.health_of(self.objects, self.web.workload)

    def load(self, maker: Maker) -> Load:
        """Askers at the workspace, through the proxy."""
        return Load(self.way_in.port, self.host, maker, threads=planting.ASKERS)

    def migrate(self, release: Release) -> None:
        """The Job that comes before the pods of a release."""
        job = deployed(self.objects, "migrate", self.folder, self.planted)
        job.run_once(release)

    def deployment(self, component: str) -> Deployment:
        """Pods of another workload of the chart over the same databases."""
        return deployed(self.objects, component, self.folder, self.planted)


@pytest.fixture(scope="session")
def objects() -> list[chart.Object]:
    """The rendered chart."""
    return chart.render()


@pytest.fixture(scope="session")
def planted(
    objects: list[chart.Object], django_db_setup: Any, django_db_blocker: Any
) -> Iterator[planting.Planted]:
    """Databases of our own, with a workspace at the chart's public host."""
    host = chart.workload(objects, "web").environment["PUBLIC_HOST"]
    with django_db_blocker.unblock():
        pair = planes.copy(planes.templates(), f"roll{os.getpid()}")
        with planes.using(pair):
            made = planting.plant(pair, public_host=host)
        yield made
        planes.drop(pair)


@pytest.fixture(scope="session")
def stack(
    objects: list[chart.Object], planted: planting.Planted, tmp_path_factory: Any
) -> Iterator[Stack]:
    """As many web pods as the chart says, behind caddy."""
    folder = tmp_path_factory.mktemp("rolling")
    web = deployed(objects, "web", folder, planted)
    _service, port = chart.service_of(objects, web.workload)
    backends = [f"{address}:{port}" for address in web.addresses]
    try:
        web.run(Release())
        way_in = proxy.start(
            folder / "caddy",
            hosts=chart.hosts(objects),
            backends=backends,
            probe=chart.health_of(objects, web.workload),
        )
        try:
            yield Stack(objects, planted, web, way_in, folder)
        finally:
            way_in.stop()
    finally:
        web.stop()


def deployed(
    objects: list[chart.Object], component: str, folder: Path, planted: planting.Planted
) -> Deployment:
    """A workload of the chart with addresses for its pods, also for those that are ending."""
    workload = chart.workload(objects, component)
    most = 2 * workload.replicas + workload.surge
    ports = tuple(workload.ports.values())
    addresses = pods.free_addresses(most, ports=ports)
    return Deployment(workload, addresses, folder, planted.secrets())
