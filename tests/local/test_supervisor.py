from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import leftovers
from local.supervisor import ChildEnded, Stopped, Supervisor

PYTHON = sys.executable
STAYS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(15, signal.SIG_IGN); {STAYS}"
#: A supervisor of two children, one of which does not want to end, that says their numbers.
COPY = """
import os, sys
from local.supervisor import Supervisor
supervisor = Supervisor()
for code in sys.argv[1:]:
    child = supervisor.start("child", [sys.executable, "-c", code], env=os.environ)
    supervisor.wait_until(lambda: list(child.last_lines) == ["up"], what="child", seconds=10)
    print("pid", child.process.pid, flush=True)
supervisor.watch()
"""


@pytest.fixture
def supervisor():
    one = Supervisor()
    yield one
    one.stop()


def is_gone(pid: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def start_copy(data_dir: Path, *codes: str) -> tuple[subprocess.Popen[str], list[int]]:
    env = os.environ | {leftovers.MARK: str(data_dir)}
    copy = subprocess.Popen(
        [PYTHON, "-c", COPY, *codes], env=env, stdout=subprocess.PIPE, text=True
    )
    pids = []
    while len(pids) < len(codes):
        line = copy.stdout.readline()
        assert line, "the copy ended"
        if line.startswith("pid"):
            pids.append(int(line.split()[1]))
    return copy, pids


def test_it_prints_each_line_under_the_name_of_its_child(supervisor, capfd):
    supervisor.run_step("step", [PYTHON, "-c", "print('one'); print('two')"], env=os.environ)
    time.sleep(0.1)
    assert capfd.readouterr().out == "step       | one\nstep       | two\n"


def test_a_dead_child_ends_the_run_with_its_last_lines(supervisor):
    supervisor.start("worker", [PYTHON, "-c", "print('the reason'); exit(3)"], env=os.environ)
    with pytest.raises(ChildEnded, match=r"worker ended with 3(?s:.*)the reason"):
        supervisor.watch()


def test_a_step_that_fails_ends_the_run(supervisor):
    with pytest.raises(ChildEnded, match="planes ended with 1"):
        supervisor.run_step("planes", [PYTHON, "-c", "exit(1)"], env=os.environ)


def test_a_child_that_dies_while_another_is_awaited_is_told_at_once(supervisor):
    supervisor.start("web", [PYTHON, "-c", "exit(1)"], env=os.environ)
    started = time.monotonic()
    with pytest.raises(ChildEnded, match="web ended with 1"):
        supervisor.wait_until(lambda: False, what="The web", seconds=30)
    assert time.monotonic() - started < 5


def test_an_answer_that_never_comes_is_an_end_too(supervisor):
    with pytest.raises(ChildEnded, match="The web did not answer within 0 s"):
        supervisor.wait_until(lambda: False, what="The web", seconds=0.1)


def test_asked_to_end_it_ends_the_children_the_last_one_first(supervisor, capfd):
    says = "import signal, sys\ndef bye(*_): print('bye', flush=True); sys.exit()\n"
    says += "signal.signal(15, bye)\n"
    for name in ("first", "second"):
        child = supervisor.start(name, [PYTHON, "-c", says + STAYS], env=os.environ)
        supervisor.wait_until(lambda c=child: "up" in c.last_lines, what=name, seconds=10)
    supervisor.stop_asked.set()
    with pytest.raises(Stopped):
        supervisor.watch()
    supervisor.stop()
    time.sleep(0.1)
    said = [line for line in capfd.readouterr().out.splitlines() if "bye" in line]
    assert said == ["second     | bye", "first      | bye"]


def test_children_of_a_killed_supervisor_end(tmp_path):
    copy, pids = start_copy(tmp_path, STAYS, STAYS)
    copy.kill()
    copy.wait()
    assert all(is_gone(pid) for pid in pids)


def test_a_stubborn_child_of_a_killed_supervisor_is_killed_at_the_next_start(tmp_path):
    copy, (pid,) = start_copy(tmp_path, STUBBORN)
    copy.kill()
    copy.wait()
    assert not is_gone(pid, 0.3)
    assert leftovers.processes(tmp_path) == [pid]
    leftovers.clear(tmp_path, grace=0.3)
    assert is_gone(pid)


def test_processes_of_another_data_folder_are_left_alone(tmp_path):
    copy, (pid,) = start_copy(tmp_path / "other", STAYS)
    leftovers.clear(tmp_path, grace=0.1)
    assert not is_gone(pid, 0.2)
    copy.send_signal(signal.SIGKILL)
    copy.wait()
