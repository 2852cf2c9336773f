"""A real object store and a real virus scanner for the tests, each started when first wanted."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import clamd as local_clamd
from local import storage as local_storage
from local.environment import STORAGE_SECRETS
from local.ports import free_port


class Weed:
    """SeaweedFS as `make run` starts it: signatures and session policies are enforced."""

    def __init__(self, folder: Path, *, live_port: int) -> None:
        secrets = {name: f"{name}-{os.urandom(8).hex()}" for name in STORAGE_SECRETS}
        self.origins = [f"http://*.localhost:{port}" for port in (8000, live_port)]
        self.store = local_storage.make_store(
            folder, secrets=secrets, origin=",".join(self.origins)
        )
        self.start()
        local_storage.prepare(self.store, origins=self.origins)

    def start(self) -> None:
        """Start it on its ports, with what it had stored, and wait for a signed answer."""
        command = ["setpriv", "--pdeathsig", "KILL", "--", *local_storage.command(self.store)]
        with (self.store.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=local_storage.environment(self.store),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for _attempt in range(400):
            if local_storage.answers(self.store):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError((self.store.folder / "log").read_text()[-3000:])

    def kill(self) -> None:
        """End it without a chance to clean up."""
        self.process.kill()
        self.process.wait(10)

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        local_storage.drop_sockets(self.store)
        shutil.rmtree(self.store.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def live_port() -> int:
    """Where the live stack will listen; its pages may use the object store."""
    return free_port()


@pytest.fixture(scope="session")
def weed(live_port: int) -> Iterator[Weed]:
    """The object store of this session. A test that kills it must start it again."""
    folder = Path(tempfile.mkdtemp(prefix="clientele-s3-"))
    running = Weed(folder, live_port=live_port)
    yield running
    running.remove()


@pytest.fixture
def storage(weed: Weed, settings: Any) -> Weed:
    """The settings of this process point at the object store."""
    for name, value in weed.store.variables().items():
        setattr(settings, name, value)
    settings.FILES_ORIGIN = weed.store.address
    return weed


@pytest.fixture(scope="session")
def _clamd() -> Iterator[local_clamd.Scanner]:
    program = local_clamd.program()
    if program is None:
        told = "there is no clamd here; local/scanner.sh fetches it from Debian"
        assert "CI" not in os.environ, told
        pytest.skip(told)
    folder = Path(tempfile.mkdtemp(prefix="clientele-clamd-"))
    running = local_clamd.start(program, folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def scanner(_clamd: local_clamd.Scanner, settings: Any) -> local_clamd.Scanner:
    """The settings of this process point at a clamd that knows EICAR's test file."""
    settings.CLAMD_ADDRESS = str(_clamd.socket)
    settings.CLAMD_MAX_MB = 100
    return _clamd
