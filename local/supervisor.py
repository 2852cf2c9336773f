"""Children in the foreground: their order, their output, their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 10.0


class Stopped(Exception):
    """Somebody asked us to end."""


class ChildEnded(Exception):
    """A child ended that should have gone on, or a step failed."""


@dataclass(eq=False)
class Child:
    """One running program of the stack."""

    name: str
    process: subprocess.Popen[str]
    stop_signal: signal.Signals
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    reader: threading.Thread | None = None

    def story(self) -> str:
        """How it ended, with what it said last."""
        if self.reader:
            self.reader.join(timeout=1)
        lines = "\n".join(f"    {line}" for line in self.last_lines)
        return f"{self.name} ended with {self.process.returncode}. Its last lines:\n{lines}"


class Supervisor:
    """Starts children one after another, watches them and ends them in reverse order."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.stop_asked = threading.Event()
        self._width = 11

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop_asked.set())

    def say(self, name: str, line: str) -> None:
        try:
            sys.stdout.write(f"{name:<{self._width}}| {line}\n")
            sys.stdout.flush()
        except OSError:
            return

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start a child in a process group of its own; it is told to end when we die."""
        child = Child(name, _spawn(command, env, stop_signal), stop_signal)
        child.reader = threading.Thread(target=self._pump, args=(child,), daemon=True)
        child.reader.start()
        self.children.append(child)
        return child

    def run_step(self, name: str, command: Sequence[str], *, env: Mapping[str, str]) -> None:
        """Run a command to its end while the others are watched; raise when it fails."""
        child = self.start(name, command, env=env)
        while child.process.poll() is None:
            self._pause(but=child)
        self.children.remove(child)
        if child.process.returncode:
            raise ChildEnded(child.story())

    def wait_until(self, answers: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Wait for an answer; give up at once when a child ends."""
        end = time.monotonic() + seconds
        while not answers():
            if time.monotonic() > end:
                raise ChildEnded(f"{what} did not answer within {seconds:.0f} s.")
            self._pause()

    def watch(self) -> None:
        """Stay until somebody asks us to end or a child ends by itself."""
        while True:
            self._pause(seconds=0.3)

    def stop(self) -> None:
        """End the children, the last started first."""
        for child in reversed(self.children):
            _end(child)
        self.children.clear()

    def _pause(self, *, but: Child | None = None, seconds: float = 0.05) -> None:
        if self.stop_asked.wait(seconds):
            raise Stopped
        for child in self.children:
            if child is not but and child.process.poll() is not None:
                raise ChildEnded(child.story())

    def _pump(self, child: Child) -> None:
        assert child.process.stdout is not None
        for line in child.process.stdout:
            child.last_lines.append(line.rstrip("\n"))
            self.say(child.name, line.rstrip("\n"))


def _spawn(
    command: Sequence[str], env: Mapping[str, str], stop_signal: signal.Signals
) -> subprocess.Popen[str]:
    name = stop_signal.name.removeprefix("SIG")
    return subprocess.Popen(
        ["setpriv", "--pdeathsig", name, "--", *command],
        env=dict(env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
    )


def _end(child: Child) -> None:
    process = child.process
    if process.poll() is None:
        process.send_signal(child.stop_signal)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    _kill_group(process.pid)
    process.wait()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
