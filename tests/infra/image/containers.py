"""Containers of the image as the cluster runs them: its user, read-only, no capability.

Only the network is the machine's own, so that the databases of the test are within reach.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.infra.image.engine import TAG, Engine, output

#: The only places that the chart lets a process write to, each empty at the start.
WRITABLE = ("/tmp", "/dev/shm", "/data")
DEVICES: list[dict[str, Any]] = [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
]
CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")
NAMESPACES = ("pid", "ipc", "uts", "mount")

#: crun refuses machines that have both kinds of control groups; these containers need none.
ALONE = (
    "unshare", "--mount", "sh", "-c",
    'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "sh",
)  # fmt: skip


@dataclass
class Containers:
    """What runs of one image; ``environ`` is what the pods of an installation are told.

    ``mounts`` are folders of the machine that they see, as they see what the cluster mounts.
    """

    engine: Engine
    rootfs: Path
    environ: Mapping[str, str]
    folder: Path
    mounts: Mapping[str, Path] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *words: str, **more: str) -> None:
        """A container that stays; its words go to ``log(name)``."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self._command(name, self._started_as(words, more)),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def run(self, name: str, *words: str, **more: str) -> str:
        """A container that ends; raises with its log when it fails."""
        return self._run(name, self._started_as(words, more))

    def look(self, program: str) -> Any:
        """What a Python program inside prints as JSON, in place of the image's entry point."""
        process = self._started_as((), {}) | {"args": ["python", "-c", program]}
        return json.loads(self._run("look", process))

    def inside(self, name: str, *command: str) -> None:
        """A further command in a container that runs, as the cluster starts a hook."""
        where = configuration(self.engine)["WorkingDir"]
        output([*self._crun(), "exec", "--cwd", where, name, *command])

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        """End all of them, and those that do not want to."""
        for child in self.running.values():
            child.terminate()
        for name, child in self.running.items():
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                subprocess.run([*self._crun(), "delete", "--force", name], check=False)
                child.wait(5)
        self.running.clear()

    def _run(self, name: str, process: dict[str, Any]) -> str:
        done = subprocess.run(
            self._command(name, process),
            capture_output=True,
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{name} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        return done.stdout

    def _command(self, name: str, process: dict[str, Any]) -> list[str]:
        bundle = self.folder / name
        bundle.mkdir(exist_ok=True)
        (bundle / "config.json").write_text(json.dumps(self._bundle(process)))
        return [*self._crun(), "run", "--bundle", str(bundle), name]

    def _crun(self) -> list[str]:
        return [*ALONE, "crun", "--cgroup-manager=disabled", "--root", str(self.folder / "state")]

    def _started_as(self, words: tuple[str, ...], more: Mapping[str, str]) -> dict[str, Any]:
        image = configuration(self.engine)
        uid, _colon, gid = image["User"].partition(":")
        told = dict(self.environ) | dict(more)
        return {
            "user": {"uid": int(uid), "gid": int(gid)},
            "args": [*image["Entrypoint"], *(words or image["Cmd"])],
            "env": [*image["Env"], *(f"{key}={value}" for key, value in told.items())],
            "cwd": image["WorkingDir"],
            "capabilities": {kind: [] for kind in CAPABILITIES},
            "noNewPrivileges": True,
        }

    def _bundle(self, process: dict[str, Any]) -> dict[str, Any]:
        options = ["nosuid", "nodev", "mode=777"]
        writable = [
            {"destination": place, "type": "tmpfs", "source": "tmpfs", "options": options}
            for place in WRITABLE
        ]
        return {
            "ociVersion": "1.0.2",
            "process": process,
            "root": {"path": str(self.rootfs), "readonly": True},
            "mounts": [*DEVICES, *writable, *self._given()],
            "linux": {"namespaces": [{"type": kind} for kind in NAMESPACES]},
        }

    def _given(self) -> list[dict[str, Any]]:
        options = ["bind", "ro", "nosuid", "nodev"]
        return [
            {"destination": place, "type": "bind", "source": str(folder), "options": options}
            for place, folder in self.mounts.items()
        ]


def configuration(engine: Engine) -> dict[str, Any]:
    """What the image says about itself: user, entry point, environment, labels."""
    image = json.loads(engine.run("inspect", "--type", "image", TAG))
    found: dict[str, Any] = image["OCIv1"]["config"]
    return found
