"""One way in for every process of an installation."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.config import draining
from app.config.start import ROLES, command, seconds_to_drain

ROOT = Path(__file__).resolve().parent.parent.parent


def start(*words, **environ):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "app.config.start", *words],
        cwd=ROOT,
        env={**os.environ, "ENV_FILE": "", "LOCAL": "1", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_web_is_gunicorn_with_our_configuration():
    words = command(["web"])
    assert words[:3] == [sys.executable, "-m", "gunicorn"]
    assert Path(words[words.index("-c") + 1]).is_file()
    assert command([]) == words


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"web"}))
def test_each_role_is_a_command_that_exists(role):
    from django.core.management import get_commands

    program, name = command([role])[1:]
    assert Path(program).name == "manage.py"
    assert name in get_commands()


def test_further_words_go_to_the_program():
    assert command(["worker", "--concurrency", "4"])[-2:] == ["--concurrency", "4"]


def test_what_is_no_role_is_a_command_of_manage():
    done = start("check", "--help")
    assert done.returncode == 0, done.stderr
    assert "usage: manage.py check" in done.stdout


def test_the_process_becomes_the_program(tmp_path):
    """Whoever sends it a signal reaches the program, not somebody who stands before it."""
    code = "import os; print(os.getpid())"
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "app.config.start", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env={**os.environ, "ENV_FILE": "", "LOCAL": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert int(child.communicate(timeout=60)[0]) == child.pid


def test_drain_marks_waits_and_returns(tmp_path):
    began = time.monotonic()
    done = start("drain", "0.5", DATA_DIR=str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began >= 0.5
    assert (tmp_path / "new" / "draining").exists()


def test_drain_waits_though_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    began = time.monotonic()
    done = start("drain", "0.5", DATA_DIR=str(tmp_path / "file"))
    assert done.returncode == 0
    assert "goes on to say that it is ready" in done.stderr
    assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize("seconds", ["soon", "-1", "601", "nan"])
def test_a_time_that_makes_no_sense_is_refused(seconds):
    with pytest.raises(ValueError, match=r"float|drain takes"):
        seconds_to_drain([seconds])


def test_who_starts_anew_does_not_drain(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    draining.drain(0)
    assert draining.is_draining()
    draining.forget()
    assert not draining.is_draining()
