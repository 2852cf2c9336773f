"""What a cluster does with a Deployment: keeps so many pods, restarts what died, rolls releases."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from tests.infra import tools
from tests.infra.rolling.chart import Workload
from tests.infra.rolling.pods import Pod, PodFailed

Secrets = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Release:
    """Code at a place, and its name."""

    name: str = "first"
    code: Path = tools.ROOT


@dataclass
class Deployment:
    """The pods of one workload; those that end in the background are remembered too."""

    workload: Workload
    addresses: list[str]
    folder: Path
    secrets: Secrets
    pods: list[Pod] = field(default_factory=list)
    former: list[Pod] = field(default_factory=list)
    ending: list[threading.Thread] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def run(self, release: Release) -> None:
        """The first pods, side by side."""
        for _number in range(self.workload.replicas):
            self._add(release)
        for pod in self.pods:
            pod.wait_ready()

    def run_once(self, release: Release, *, seconds: float = 120) -> None:
        """As a Job: its pod ends by itself, and well."""
        self._add(release)
        pod = self.pods.pop()
        assert pod.process is not None
        try:
            code = pod.process.wait(seconds)
        finally:
            pod.kill()
        if code:
            raise PodFailed(f"{pod.workload.name} ended with {code}:\n{pod.log()}")

    def restart_killed(self, pod: Pod) -> None:
        """KILL for everything in the container; the kubelet starts it again in the same pod."""
        pod.kill()
        pod.start()
        pod.wait_ready()

    def roll(self, release: Release, *, drained: bool = True) -> float:
        """Replace every pod within the strategy's bounds; the seconds until the last is gone."""
        start, old = time.monotonic(), list(self.pods)
        while old:
            more = self.workload.replicas + self.workload.surge - len(self.pods)
            for _number in range(min(more, len(old))):
                self._add(release)
            spare = self._ready() - (self.workload.replicas - self.workload.unavailable)
            if spare < 1:
                time.sleep(0.2)
            for pod in old[:spare]:
                old.remove(pod)
                self._retire(pod, drained=drained)
        for pod in self.pods:
            pod.wait_ready()
        self.settle()
        return time.monotonic() - start

    def replace(self, pod: Pod, release: Release, *, drained: bool) -> None:
        """One pod for another, which is ready before the first is told to end."""
        self._add(release)
        self.pods[-1].wait_ready()
        self._retire(pod, drained=drained)
        self.settle()

    def settle(self) -> None:
        """Wait for the pods that are ending."""
        for thread in self.ending:
            thread.join()
        self.ending.clear()
        if self.failures:
            raise PodFailed("\n".join(self.failures))

    def stop(self) -> None:
        """End all, at once."""
        for pod in (*self.pods, *self.former):
            pod.kill()
        for thread in self.ending:
            thread.join()
        for pod in (*self.pods, *self.former):
            pod.forget()

    def _add(self, release: Release) -> None:
        taken = {pod.address for pod in (*self.pods, *self.former) if pod.lives()}
        address = next(one for one in self.addresses if one not in taken)
        name = f"{self.workload.name}-{next(self.numbers)}"
        environment = {**self.workload.environment, "RUN_ID": name}
        workload = replace(self.workload, environment=environment)
        pod = Pod(workload, address, self.folder / name, self.secrets, release.code, release.name)
        pod.start()
        self.pods.append(pod)

    def _ready(self) -> int:
        return sum(pod.is_ready() for pod in self.pods)

    def _retire(self, pod: Pod, *, drained: bool) -> None:
        self.pods.remove(pod)
        self.former.append(pod)
        thread = threading.Thread(target=self._end, args=(pod,), kwargs={"drained": drained})
        thread.start()
        self.ending.append(thread)

    def _end(self, pod: Pod, *, drained: bool) -> None:
        try:
            pod.retire(drained=drained)
        except Exception as failure:
            pod.kill()
            self.failures.append(str(failure))
