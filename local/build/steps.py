"""Steps that know from a hash whether they have been done."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class StepFailed(SystemExit):
    """A step of the build failed; its output is the message."""


def once(name: str, *, stamp: Path, sources: Iterable[Path], make: Callable[[], None]) -> None:
    """Run the step unless the stamp says that it was run on these very sources."""
    digest = digest_of(sources)
    if stamp.is_file() and stamp.read_text() == digest:
        return
    started = time.monotonic()
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    print(f"{name}: done in {time.monotonic() - started:.1f} s", flush=True)


def digest_of(sources: Iterable[Path]) -> str:
    """One hash of the files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(set(sources)):
        name = str(path.relative_to(ROOT))
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def files(folder: str, *patterns: str) -> list[Path]:
    """The files of a folder of the repository, at any depth."""
    return [p for pattern in patterns for p in (ROOT / folder).rglob(pattern) if p.is_file()]


def run(command: Sequence[str | Path], *, env: dict[str, str] | None = None) -> None:
    """Run a program quietly; when it fails, its output is ours."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
