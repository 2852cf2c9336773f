"""The way in: caddy, told by the rendered Ingress, Service and readiness probe."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.ports import free_port, listens
from tests.infra import tools
from tests.infra.rolling.chart import Probe
from tests.infra.rolling.pods import BOUND

#: How long a request that reached nobody looks for another pod.
SEEK = 10.0
#: How long a pod that failed is left alone before the next health check says more.
SPARED = 2.0


@dataclass
class Proxy:
    """A running caddy."""

    port: int
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


def start(folder: Path, *, hosts: Sequence[str], backends: Sequence[str], probe: Probe) -> Proxy:
    """Run caddy on a free loopback port before these addresses, each `host:port`."""
    folder.mkdir(parents=True, exist_ok=True)
    port, file = free_port(), folder / "caddy.json"
    file.write_text(json.dumps(_config(port, hosts, backends, probe), indent=1))
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("ab") as log:
        command = [*BOUND, str(tools.caddy()), "run", "--config", str(file)]
        process = subprocess.Popen(command, env=homes, stdout=log, stderr=log)
    for _attempt in range(200):
        if listens(port):
            return Proxy(port, process)
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"caddy did not start:\n{(folder / 'log').read_text()}")


def _config(port: int, hosts: Sequence[str], backends: Sequence[str], probe: Probe) -> Any:
    way = {"match": [{"host": list(hosts)}], "handle": [_pool(backends, probe)]}
    server = {
        "listen": [f"127.0.0.1:{port}"],
        "automatic_https": {"disable": True},
        "routes": [way],
    }
    return {
        "admin": {"disabled": True},
        "logging": {"logs": {"default": {"level": "ERROR"}}},
        "apps": {"http": {"servers": {"front": server}}},
    }


def _pool(backends: Sequence[str], probe: Probe) -> Any:
    """One pool; what was sent to a pod is sent again only when it is a GET."""
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": backend} for backend in backends],
        "load_balancing": {
            "selection_policy": {"policy": "round_robin"},
            "try_duration": f"{SEEK}s",
            "try_interval": "20ms",
        },
        "health_checks": {
            "active": {
                "uri": probe.path,
                "interval": f"{probe.period}s",
                "timeout": f"{probe.timeout}s",
                "passes": probe.successes,
                "fails": probe.failures,
                "expect_status": 200,
            },
            "passive": {"fail_duration": f"{SPARED}s", "max_fails": 1},
        },
        # TLS ends at the load balancer of a cloud, before this one.
        "headers": {
            "request": {"set": {"X-Forwarded-Proto": ["https"]}},
            "response": {"set": {"X-Pod": ["{http.reverse_proxy.upstream.host}"]}},
        },
    }
