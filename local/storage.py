"""SeaweedFS from the wheel: an S3 server that checks signatures and session policies.

All its doors are on loopback, and closed to other users of the machine as well: the HTTP of
master and filer is off, gRPC wants a certificate of this start, the volume server a signed
token, S3 a signature. Nothing is reported outside.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.certificates import make_certificates
from local.environment import write_private
from local.ports import free_port
from tenants.files.bucket import set_up
from tenants.files.connections import Place, client_of, session_of
from tenants.files.errors import NoSuchFile, StorageDown, StorageRefused, answered

BUCKET = "clientele-files"
REGION = "us-east-1"
PROBE = "ready"
ROLE = "arn:aws:iam::000000000000:role/files"
COMPONENTS = ("s3", "filer", "volume", "master", "admin")
PORTS = tuple(f"{name}.{kind}" for name in COMPONENTS for kind in ("port", "port.grpc"))

FROM_ADMIN = 10_000


@dataclass(frozen=True)
class Store:
    """One server: its folder, its ports, its secrets, the pages that may use it."""

    folder: Path
    ports: Mapping[str, int]
    secrets: Mapping[str, str]
    origin: str

    @property
    def address(self) -> str:
        """Where it speaks S3."""
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    def variables(self) -> dict[str, str]:
        """What the web and the worker are told: who signs forms and may assume the role."""
        return {
            "S3_ENDPOINT_URL": self.address,
            "S3_PUBLIC_URL": self.address,
            "S3_REGION": REGION,
            "S3_BUCKET": BUCKET,
            "S3_ACCESS_KEY_ID": "app",
            "S3_SECRET_ACCESS_KEY": self.secrets["s3_app"],
            "S3_ROLE_ARN": ROLE,
            "S3_ENCRYPTION": "AES256",
        }

    def as_admin(self) -> Place:
        """The bucket for who sets it up."""
        return Place(BUCKET, REGION, self.address, "", "admin", self.secrets["s3_admin"])

    def as_app(self) -> Place:
        """The bucket as the web sees it."""
        return Place(BUCKET, REGION, self.address, "", "app", self.secrets["s3_app"], ROLE)


def make_store(folder: Path, *, secrets: Mapping[str, str], origin: str, port: int = 0) -> Store:
    """A store in this folder, on the ports that it had before while they are free."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "ports.json"
    before = json.loads(file.read_text()) if file.is_file() else {"s3.port": port}
    ports = _choose_ports(before)
    write_private(file, json.dumps(ports))
    return Store(folder, ports, secrets, origin)


def command(store: Store) -> list[str]:
    """weed in the foreground; writes the configuration that it reads."""
    _write_configuration(store)
    folder = store.folder
    return [
        str(Path(sys.executable).parent / "weed"),
        "mini",
        f"-dir={_made(folder / 'data')}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-disableHttp",
        "-admin.ui=false",
        "-webdav=false",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=256",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={folder / 's3.json'}",
        f"-s3.iam.config={folder / 'iam.json'}",
        f"-s3.localSocket={folder / 's3.sock'}",
        f"-s3.allowedOrigins={store.origin}",
        "-s3.autoCreateBucket=false",
        "-s3.cacheCapacityMB=16",
        f"-filer.localSocket={folder / 'filer.sock'}",
        *(f"-{name}={port}" for name, port in store.ports.items()),
    ]


def environment(store: Store) -> dict[str, str]:
    """The secrets and certificates of the server, which no command line shows."""
    ca, certificate, key = (store.folder / name for name in ("ca.pem", "grpc.pem", "grpc.key"))
    jwt = store.secrets["s3_jwt"]
    env = {
        "HOME": str(store.folder),
        "GOMEMLIMIT": "512MiB",
        "WEED_GRPC_CA": str(ca),
        "WEED_JWT_SIGNING_KEY": f"{jwt}-1",
        "WEED_JWT_SIGNING_READ_KEY": f"{jwt}-2",
        "WEED_JWT_FILER_SIGNING_KEY": f"{jwt}-3",
        "WEED_JWT_FILER_SIGNING_READ_KEY": f"{jwt}-4",
        "WEED_S3_SSE_KEY": store.secrets["s3_encryption"],
        "WEED_ADMIN_PASSWORD": store.secrets["s3_page"],
    }
    for part in ("MASTER", "VOLUME", "FILER", "S3", "ADMIN", "WORKER", "MSG_BROKER", "CLIENT"):
        env |= {f"WEED_GRPC_{part}_CERT": str(certificate), f"WEED_GRPC_{part}_KEY": str(key)}
    machine = {name: value for name, value in os.environ.items() if not name.startswith("WEED_")}
    return machine | env


def answers(store: Store) -> bool:
    """Whether it takes both signatures, gives the role, and reads what it had stored.

    After a start it knows its identities some seconds before it finds its volumes.
    """
    admin, app = store.as_admin(), store.as_app()
    try:
        with answered():
            sts = client_of(session_of(app), app.endpoint, service="sts")
            sts.assume_role(RoleArn=ROLE, RoleSessionName="ready")
            client_of(session_of(admin), admin.endpoint).get_object(Bucket=BUCKET, Key=PROBE)
    except NoSuchFile:
        return True
    except (StorageDown, StorageRefused):
        return False
    return True


def prepare(store: Store, *, origins: Sequence[str] = ()) -> None:
    """The bucket in its state, and in it the object that the next start asks for."""
    admin = store.as_admin()
    set_up(admin, origins=origins or [store.origin])
    with answered():
        client = client_of(session_of(admin), admin.endpoint, read_timeout=30)
        client.put_object(Bucket=BUCKET, Key=PROBE, Body=b"ready")


def drop_sockets(store: Store) -> None:
    """Remove what weed leaves in /tmp, where the next user of these ports would stumble."""
    for path in _sockets(store.ports.values()):
        path.unlink(missing_ok=True)


def _choose_ports(before: Mapping[str, int]) -> dict[str, int]:
    """Two for each component, with nobody's sockets in their way."""
    chosen: dict[str, int] = {}
    for name in PORTS:
        port = free_port(before.get(name, 0))
        while port in chosen.values() or _taken_socket(port):
            port = free_port()
        chosen[name] = port
    while not _fits_worker(chosen):
        chosen["admin.port"] = free_port()
        chosen["admin.port.grpc"] = chosen["admin.port"] + FROM_ADMIN
    return chosen


def _fits_worker(chosen: Mapping[str, int]) -> bool:
    """The maintenance worker looks for its admin at a fixed distance from the admin's page."""
    port = chosen["admin.port.grpc"]
    fixed = port == chosen["admin.port"] + FROM_ADMIN <= 65535
    return fixed and len(set(chosen.values())) == len(PORTS) and free_port(port) == port


def _taken_socket(port: int) -> bool:
    return any(not os.access(path, os.W_OK) for path in _sockets([port]) if path.exists())


def _sockets(ports: Any) -> list[Path]:
    folder = Path("/tmp")  # noqa: S108 (weed looks nowhere else)
    return [folder / f"seaweedfs-{name}-grpc-{port}.sock" for name in COMPONENTS for port in ports]


def _write_configuration(store: Store) -> None:
    folder = store.folder
    write_private(folder / "s3.json", json.dumps(_identities(store.secrets)))
    write_private(folder / "iam.json", json.dumps(_roles(store.secrets)))
    make_certificates(folder)
    # It remembers the flags of its first start and would take those we no longer give.
    (_made(folder / "data") / "mini.options").unlink(missing_ok=True)


def _identities(secrets: Mapping[str, str]) -> dict[str, Any]:
    def one(name: str, *actions: str) -> dict[str, Any]:
        keys = {"accessKey": name, "secretKey": secrets[f"s3_{name}"]}
        return {"name": name, "credentials": [keys], "actions": list(actions)}

    # weed checks a form against the right to write in the bucket, and knows no narrower one.
    return {"identities": [one("admin", "Admin"), one("app", f"Write:{BUCKET}")]}


def _roles(secrets: Mapping[str, str]) -> dict[str, Any]:
    """A role that may use the bucket; nobody may do anything else."""
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    files = {"Effect": "Allow", "Action": ["s3:*"], "Resource": resources}
    trust = {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole"]}
    return {
        "sts": {
            "tokenDuration": "1h",
            "maxSessionLength": "12h",
            "issuer": "clientele",
            "signingKey": base64.b64encode(secrets["s3_sts"].encode()).decode(),
        },
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": "files", "document": _document(files)}],
        "roles": [
            {
                "roleName": "files",
                "roleArn": ROLE,
                "trustPolicy": _document(trust),
                "attachedPolicies": ["files"],
            }
        ],
    }


def _document(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
