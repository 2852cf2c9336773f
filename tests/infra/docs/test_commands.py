from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from local import postgres
from local.ports import free_port
from tests.infra import tools
from tests.infra.docs.pages import PAGES, REASONS, RUNS, blocks, script
from tests.infra.docs.providers import providers
from tests.infra.helm.chart import CELL
from tests.infra.servers import Server, empty_server
from tests.server import variables

RUNNABLE = [page for page in PAGES if script(page)]
#: Longest time that the commands of one page may take on a busy machine.
PATIENCE = 420
#: What the tests are told and a reader's shell is not.
NOT_A_READERS = {"DJANGO_SETTINGS_MODULE", "TEST_SERVER", "LOCAL", "ENV_FILE", "DATA_DIR"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_is_run_or_says_why_not(page: Path):
    for block in blocks(page):
        if block.language == "sh":
            assert block.mark in {RUNS, *REASONS}, block.text
        else:
            assert block.language, f"what is this written in?\n{block.text}"
            assert block.mark == ""


def test_every_reason_is_explained():
    explained = (tools.ROOT / "docs" / "cloud" / "unverified.md").read_text()
    assert {reason for reason in REASONS if f"`{reason}`" not in explained} == set()


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with empty_server(tmp_path_factory.mktemp("server")) as made:
        yield made


@pytest.fixture
def checkout(workplace: Path, server: Server) -> Path:
    """A copy of the work tree, with what a reader would have written before he types."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=tools.ROOT, capture_output=True, text=True, check=True)
    for name in names.stdout.splitlines():
        source, target = tools.ROOT / name, workplace / name
        if source.is_file() and not source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for name in (".venv", "node_modules"):
        (workplace / name).symlink_to(tools.ROOT / name)
    _copy_assets(workplace / "build")
    shutil.copy(CELL, workplace / "cell.values.json")
    (workplace / "image.digest").write_text(f"sha256:{'1' * 64}\n")
    (workplace / "clientele.env").write_text(_environment(workplace, server))
    return workplace


def _copy_assets(target: Path) -> None:
    """What `make assets` has built, so that it finds nothing to do; not the rest of build/."""
    source = tools.ROOT / "build"
    for name in ("static", "collected"):
        shutil.copytree(source / name, target / name)
    shutil.copy2(source / "assets.stamp", target)


def _environment(folder: Path, server: Server) -> str:
    told = server.urls | {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_HOST": "crm.example",
        "BIND": f"127.0.0.1:{free_port()}",
        "DATA_DIR": str(folder / "data"),
        "TRUSTED_PROXIES": "1",
        "WORKER_GRACE_SECONDS": "5",
        "EMAIL_HOST": "127.0.0.1",
        "ENV_FILE": "",
    }
    (folder / "data").mkdir()
    return "".join(f"{name}='{value}'\n" for name, value in told.items())


def _surroundings(folder: Path) -> dict[str, str]:
    programs = [tools.helm().parent, tools.terraform().parent, postgres.binaries()]
    path = ":".join([*map(str, programs), os.environ["PATH"]])
    ours = {*variables(), *NOT_A_READERS}
    readers = {name: value for name, value in os.environ.items() if name not in ours}
    return readers | {"PATH": path} | providers(folder)


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_what_can_run_here_runs_as_it_stands(page: Path, checkout: Path):
    said = run(script(page), checkout)
    assert said.code == 0, said.words


@pytest.mark.parametrize("fault", ["false", "helm lint helm/nowhere", "echo $NOT_SET"])
def test_a_command_that_fails_is_seen(fault: str, checkout: Path):
    assert run(f"{fault}\ntrue\n", checkout).code != 0


class Said:
    """How a script ended, and its last words."""

    def __init__(self, code: int, words: str) -> None:
        self.code, self.words = code, words[-4000:]


def run(text: str, folder: Path) -> Said:
    """Type it into a shell that stops at the first failure; whatever it started ends with it."""
    command = ["bash", "-euo", "pipefail", "-c", text]
    log = folder / "commands.log"
    with log.open("w") as out:
        shell = subprocess.Popen(
            command,
            cwd=folder,
            env=_surroundings(folder),
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        code = shell.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        code = -1
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()
    return Said(code, log.read_text())
