"""The Dockerfile built by a real engine, on a base made of the distribution's own packages.

A registry of images may not be within reach. So the base is Debian with its Python, as
mmdebstrap puts it together; buildah builds on it in chroots, as root, with no daemon.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.build import steps
from tests.infra import tools

PLACE = tools.ROOT / "build" / "infra" / "image"
BASE = "localhost/base"
TAG = "clientele:test"
#: What buildah and mmdebstrap are, and what starts the containers.
PROGRAMS = ("buildah", "mmdebstrap", "crun")
DEBIAN = "bookworm"
#: As in the official image; the rest of it is in the distribution's essential part.
PACKAGES = ("python3", "python3-venv", "ca-certificates")
#: All that the image is made of, and how.
CONTEXT = (
    "Dockerfile", ".dockerignore", "Makefile", "LICENSE", "manage.py", "package*.json",
    "requirements*.txt", "app", "billing", "tenants", "local",
)  # fmt: skip
#: The machine's list of authorities: it may stand behind a proxy with one of its own.
AUTHORITIES = Path("/etc/ssl/certs")


@dataclass(frozen=True)
class Engine:
    """buildah with its images in a folder of the work tree, away from the machine's own."""

    folder: Path

    @property
    def words(self) -> list[str]:
        """What stands for `docker` in a command."""
        places = ["--root", str(self.folder / "storage"), "--runroot", str(self.folder / "run")]
        return ["buildah", *places, "--storage-driver", self._driver()]

    def _driver(self) -> str:
        return os.environ.get("STORAGE_DRIVER", "overlay")

    def run(self, *words: str) -> str:
        """One command; its last words are the error when it fails."""
        return output([*self.words, *words])


def engine() -> Engine:
    """The engine, or a skip (in CI a failure) with the reason."""
    if os.geteuid() != 0:
        tools.absent("only root can build an image in chroots")
    if missing := [name for name in PROGRAMS if not shutil.which(name)]:
        tools.absent(f"{', '.join(missing)} is missing: run tests/infra/image/tools.sh")
    PLACE.mkdir(parents=True, exist_ok=True)
    return Engine(PLACE)


def make_base_once(docker: Engine) -> None:
    """Debian with its Python as an image, unless an earlier run left it."""
    stamp, here = docker.folder / "base.stamp", Path(__file__)
    steps.once("Base of the image", stamp=stamp, sources=[here], make=lambda: make_base(docker))


def make_base(docker: Engine) -> None:
    archive = docker.folder / "base.tar"
    include = f"--include={','.join(PACKAGES)}"
    output(["mmdebstrap", "-q", "--variant=apt", include, DEBIAN, str(archive)])
    container = docker.run("from", "scratch").strip()
    docker.run("add", "-q", container, str(archive), "/")
    docker.run("commit", "-q", container, BASE)
    docker.run("rm", container)
    archive.unlink()


def make_image_once(docker: Engine) -> None:
    """The image of this work tree, unless it was made of these very files."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *CONTEXT]
    files = [tools.ROOT / name for name in output(listed).splitlines()]
    steps.once(
        "Image",
        stamp=docker.folder / "image.stamp",
        sources=[file for file in files if file.is_file()],
        make=lambda: make_image(docker),
    )


def make_image(docker: Engine) -> None:
    """`make image`, as the documentation has it, with this engine on that base."""
    options = ["--isolation", "chroot", "--volume", f"{AUTHORITIES}:{AUTHORITIES}:ro"]
    name, _colon, release = TAG.partition(":")
    variables = {
        "ENGINE": shlex.join(docker.words),
        "ENGINE_OPTIONS": shlex.join(options),
        "BASE": BASE,
        "IMAGE": name,
        "RELEASE": release,
    }
    output(["make", "image", *(f"{key}={value}" for key, value in variables.items())])


@contextmanager
def unpacked(docker: Engine) -> Iterator[Path]:
    """The file tree of the image as one folder; nothing of it is left afterwards."""
    container = docker.run("from", TAG).strip()
    try:
        yield Path(docker.run("mount", container).strip())
    finally:
        docker.run("umount", container)
        docker.run("rm", container)


def output(command: list[str]) -> str:
    """What a program says; raises with its last words when it fails."""
    done = subprocess.run(
        command,
        cwd=tools.ROOT,
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}"
        raise RuntimeError(f"{shlex.join(command[:6])} ... failed:\n{said[-4000:]}")
    return done.stdout
