"""Pods without a cluster: a process group each, on a loopback address of its own."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tests.infra import tools
from tests.infra.rolling.chart import Probe, Workload

#: What a container of the image has of a machine; everything else stands in the chart.
MACHINE = ("PATH", "LANG", "LC_ALL", "TZ")
#: Addresses of a cloud that is not here.
ABSENT = ("S3_", "EMAIL_", "AWS_")
#: A pod does not outlive the tests, whatever ends them.
BOUND = ("setpriv", "--pdeathsig", "KILL", "--")


class PodFailed(Exception):
    """A pod did not do what a kubelet expects; its log is the message."""


@dataclass
class Pod:
    """One container of a workload, started with what the chart says."""

    workload: Workload
    address: str
    folder: Path
    secrets: dict[str, dict[str, str]]
    code: Path = tools.ROOT
    release: str = ""
    process: subprocess.Popen[bytes] | None = None
    ended: dict[str, float | int] = field(default_factory=dict)

    def start(self) -> None:
        """As a kubelet starts a container, again after it died."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*BOUND, *local(self.workload.command)],
                cwd=self.code,
                env=self.environment(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        """The rendered variables: folders and listening addresses become this machine's."""
        told = {name: os.environ[name] for name in MACHINE if name in os.environ}
        for name, value in self.workload.environment.items():
            if not name.startswith(ABSENT):
                told[name] = self._here(value)
        for group in self.workload.secrets:
            told |= self.secrets[group]
        # The code of a second release must not write beside the first's.
        own = {"ENV_FILE": "", "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return told | own | ({"RELEASE": self.release} if self.release else {})

    def _here(self, value: str) -> str:
        for inside in self.workload.folders:
            if inside not in ("/tmp", "/dev/shm") and value.startswith(inside):
                value = str(self.folder / inside.strip("/")) + value.removeprefix(inside)
                Path(value).mkdir(parents=True, exist_ok=True)
        return value.replace("0.0.0.0", self.address)

    def answers(self, probe: Probe) -> bool:
        """One question of a probe."""
        connection = http.client.HTTPConnection(self.address, probe.port, timeout=probe.timeout)
        try:
            connection.request("GET", probe.path)
            return 200 <= connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Ready, or where the chart does not ask for that: started."""
        probe = self.workload.ready or self.workload.started
        if not self.lives():
            raise PodFailed(f"{self.workload.name} died:\n{self.log()}")
        return probe is None or self.answers(probe)

    def wait_ready(self, *, seconds: float = 90) -> None:
        """Wait until it is ready."""
        end = time.monotonic() + seconds
        while not self.is_ready():
            if time.monotonic() > end:
                raise PodFailed(f"{self.workload.name} is not ready:\n{self.log()}")
            time.sleep(0.2)

    def lives(self) -> bool:
        """Whether its first process runs."""
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        """The end of what it said."""
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def answered(self, method: str) -> int:
        """How many requests it says that it answered."""
        told = (self.folder / "log").read_text(errors="replace")
        return told.count(f'"method":"{method}"')

    def retire(self, *, drained: bool = True) -> None:
        """As a kubelet ends a pod: preStop, TERM, and KILL when the grace is over."""
        start = time.monotonic()
        end = start + self.workload.grace
        if drained and self.workload.before_stop:
            self._run_hook(end - start)
        self._signal(signal.SIGTERM)
        told = time.monotonic()
        killed = not self._ends_until(end)
        self.kill()
        now = time.monotonic()
        self.ended = {"drain": told - start, "stop": now - told, "killed": int(killed)}

    def kill(self) -> None:
        """KILL for the whole container; also what is left of one whose first process ended."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def forget(self) -> None:
        """The pod's folders go with it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run_hook(self, seconds: float) -> None:
        done = subprocess.run(
            local(self.workload.before_stop),
            cwd=self.code,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode:
            raise PodFailed(f"preStop of {self.workload.name}:\n{done.stdout}{done.stderr}")

    def _signal(self, number: int) -> None:
        """To the container's first process alone."""
        if self.lives():
            assert self.process is not None
            self.process.send_signal(number)

    def _ends_until(self, end: float) -> bool:
        assert self.process is not None
        try:
            self.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True


def local(command: tuple[str, ...]) -> list[str]:
    """The image's interpreter is the tests' own."""
    return [sys.executable if command[0] == "python" else command[0], *command[1:]]


#: Every pod of a run has an address of its own, below a number that other runs hardly have.
_candidates = (
    f"127.{os.getpid() % 200 + 20}.{number // 250}.{number % 250 + 2}" for number in range(60_000)
)


def free_addresses(number: int, *, ports: tuple[int, ...]) -> list[str]:
    """So many loopback addresses where nobody has these ports."""
    free = (one for one in _candidates if all(_is_free(one, port) for port in ports))
    return list(islice(free, number))


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
