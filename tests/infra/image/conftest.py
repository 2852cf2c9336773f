"""One build of the image for all of its tests, and an installation that runs from it."""

from __future__ import annotations

import atexit
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import environment, postgres
from local.ports import free_port
from tests.infra.image.containers import Containers
from tests.infra.image.engine import Engine, engine, make_base_once, make_image_once, unpacked
from tests.tls import Authority, in_front

#: Where the chart mounts the authority of the database's certificate.
AUTHORITY = "/etc/clientele/database"
#: Only `migrate` and the provisioner hold these.
OWNERS = (*environment.OWNERS, environment.ADMIN)


@pytest.fixture(scope="session")
def docker() -> Engine:
    """The engine, with the image of this work tree built."""
    found = engine()
    make_base_once(found)
    make_image_once(found)
    return found


@pytest.fixture(scope="session")
def tree(docker: Engine) -> Iterator[Path]:
    """Everything that the image holds."""
    with unpacked(docker) as folder:
        yield folder


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An empty server behind TLS that nobody else uses, as addresses for each role."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    passwords = {role: secrets.token_urlsafe(16) for role, _database in environment.LOGINS.values()}
    postgres.make_cluster(folder / "pg", password=passwords[postgres.ADMIN])
    plain = environment.database_urls(passwords, port=port)
    server = _serve(folder, port=port, url=plain[environment.ADMIN])
    authority = Authority(folder, "ca")
    with in_front(port, context=authority.server(host="127.0.0.1")) as front:
        query = f"?sslmode=verify-full&sslrootcert={AUTHORITY}/ca.pem"
        moved = {name: url.replace(f":{port}/", f":{front.port}/") for name, url in plain.items()}
        yield {name: url + query for name, url in moved.items()} | {"folder": str(folder)}
    _end(server)


def _serve(folder: Path, *, port: int, url: str) -> subprocess.Popen[bytes]:
    with (folder / "pg.log").open("w") as log:
        command = postgres.server_command(folder / "pg", port=port, durable=False)
        server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    atexit.register(_end, server)
    for _attempt in range(400):
        if postgres.answers(url):
            return server
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'pg.log').read_text()}")


def _end(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(2)
        server.wait(30)


@pytest.fixture(scope="session")
def containers(
    docker: Engine, tree: Path, database: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Containers]:
    """What starts processes of the image; each is told what a pod of it is told."""
    folder = tmp_path_factory.mktemp("containers")
    authority = folder / "database"
    authority.mkdir(mode=0o755)
    (authority / "ca.pem").write_bytes(Path(database["folder"], "ca.pem").read_bytes())
    told = {name: url for name, url in database.items() if name.endswith("_URL")}
    common = {name: url for name, url in told.items() if name not in OWNERS}
    environ = common | {
        "SECRET_KEY": secrets.token_urlsafe(32),
        "PUBLIC_HOST": "crm.example",
        "TRUSTED_PROXIES": "1",
        "METRICS_PORT": "0",
    }
    made = Containers(docker, tree, environ, folder, {AUTHORITY: authority})
    yield made
    made.stop()


@pytest.fixture(scope="session")
def owners(database: dict[str, str]) -> dict[str, str]:
    """What only `migrate` and the provisioner are told."""
    return {name: database[name] for name in OWNERS}
