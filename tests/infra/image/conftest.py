"""One build of the image for all of its tests, and an installation that runs from it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.image.containers import Containers
from tests.infra.image.engine import Engine, engine, make_base_once, make_image_once, unpacked
from tests.infra.servers import OWNERS, empty_server
from tests.tls import Authority, in_front

#: Where the chart mounts the authority of the database's certificate.
AUTHORITY = "/etc/clientele/database"


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
    folder = tmp_path_factory.mktemp("server")
    authority = Authority(folder, "ca")
    context = authority.server(host="127.0.0.1")
    with empty_server(folder) as server, in_front(server.port, context=context) as front:
        query = f"?sslmode=verify-full&sslrootcert={AUTHORITY}/ca.pem"
        moved = {
            name: url.replace(f":{server.port}/", f":{front.port}/")
            for name, url in server.urls.items()
        }
        yield {name: url + query for name, url in moved.items()} | {"folder": str(folder)}


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
