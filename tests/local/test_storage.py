"""The object store of one machine: nobody else on it gets in by another door."""

from __future__ import annotations

import json
import socket
import ssl
import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local import environment, storage
from tenants.context import Ref, use_tenant
from tenants.files import store as files

LISTENS, CONNECTED = "0A", "01"
LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


def sockets_of(pid: int, state: str) -> list[tuple[str, int]]:
    """Remote (or own, when listening) address in the kernel's writing and port."""
    inodes = {
        link.readlink().name.removeprefix("socket:[").rstrip("]")
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if str(link.readlink()).startswith("socket:")
    }
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and fields[9] in inodes:
                host, _colon, port = fields[1 if state == LISTENS else 2].partition(":")
                found.append((host, int(port, 16)))
    return found


def get(port: int, path: str) -> int:
    try:
        return int(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).status)
    except urllib.error.HTTPError as error:
        error.close()
        return int(error.code)


def test_it_listens_on_loopback_only_at_the_ports_that_were_chosen(weed):
    listening = sockets_of(weed.process.pid, LISTENS)
    assert {host for host, _port in listening} <= LOOPBACK
    assert {port for _host, port in listening} == set(weed.store.ports.values())


def test_it_speaks_to_nobody_outside(weed):
    assert {host for host, _port in sockets_of(weed.process.pid, CONNECTED)} <= LOOPBACK
    assert "-master.telemetry=false" in storage.command(weed.store)


def test_what_is_stored_cannot_be_had_by_the_other_doors(storage_with_file):
    weed, path = storage_with_file
    ports = weed.store.ports
    for door, address in (
        ("filer.port", "/"),
        ("filer.port", f"/buckets/{path}"),
        ("master.port", "/dir/assign"),
        ("master.port", "/dir/lookup?volumeId=1"),
        ("master.port", f"/col/delete?collection={storage.BUCKET}"),
        ("volume.port", "/1,01637037d6"),
        ("volume.port", "/ui/index.html"),
        ("admin.port", "/"),
        ("admin.port", "/api/config"),
        ("s3.port", f"/{path}"),
        ("s3.port", "/"),
    ):
        assert get(ports[door], address) in (401, 403, 404), (door, address)
    writing = urllib.request.Request(
        f"http://127.0.0.1:{ports['volume.port']}/1,01637037d6", data=b"x", method="POST"
    )
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(writing, timeout=5)


@pytest.fixture
def storage_with_file(storage):
    from uuid import uuid4

    file = uuid4()
    with use_tenant(Ref(1, "t_1", "default", "r_t_1", "acme")):
        files.put(file, b"secret", content_type="text/plain")
    return storage, f"{files.place().bucket}/t/t_1/{file}"


@pytest.mark.parametrize("name", storage.COMPONENTS)
def test_its_parts_speak_only_to_each_other(weed, name):
    """Without a certificate of this start the inner doors end the conversation."""
    port = weed.store.ports[f"{name}.port.grpc"]
    stranger = ssl.create_default_context()
    stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
    stranger.set_alpn_protocols(["h2"])
    hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        door = stranger.wrap_socket(plain)
        door.sendall(hello)
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            door.recv(100)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        plain.sendall(hello)
        assert not plain.recv(100).startswith(bytes((0, 0)))


def test_no_secret_is_seen_from_outside(weed):
    line = Path(f"/proc/{weed.process.pid}/cmdline").read_text()
    assert not [name for name, value in weed.store.secrets.items() if value in line]
    for path in weed.store.folder.glob("*"):
        if path.suffix in (".json", ".pem", ".key"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for folder in (weed.store.folder, weed.store.folder / "data"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_keeps_its_ports_while_they_are_free_and_takes_others_when_not(tmp_path):
    one = storage.make_store(tmp_path, secrets={}, origin="http://x")
    assert storage.make_store(tmp_path, secrets={}, origin="http://x").ports == one.ports
    with socket.create_server(("127.0.0.1", one.ports["filer.port"])):
        other = storage.make_store(tmp_path, secrets={}, origin="http://x")
    assert other.ports["filer.port"] != one.ports["filer.port"]
    assert len(set(other.ports.values())) == 10


def test_a_socket_of_somebody_else_is_avoided(tmp_path, monkeypatch):
    one = storage.make_store(tmp_path, secrets={}, origin="http://x")
    taken = one.ports["s3.port.grpc"]
    monkeypatch.setattr(storage, "_taken_socket", lambda port: port == taken)
    assert storage.make_store(tmp_path, secrets={}, origin="x").ports["s3.port.grpc"] != taken


def test_the_sockets_that_it_leaves_are_removed(tmp_path):
    one = storage.make_store(tmp_path, secrets={}, origin="http://x")
    left = Path("/tmp") / f"seaweedfs-s3-grpc-{one.ports['s3.port.grpc']}.sock"
    left.touch()
    storage.drop_sockets(one)
    assert not left.exists()


def test_a_data_folder_of_an_earlier_release_gets_what_it_lacks(tmp_path):
    before = environment.kept_secrets(tmp_path)
    old = {k: v for k, v in before.items() if k not in environment.STORAGE_SECRETS}
    (tmp_path / "secrets.json").write_text(json.dumps(old))
    after = environment.kept_secrets(tmp_path)
    assert old.items() <= after.items()
    assert set(environment.STORAGE_SECRETS) <= set(after)
    assert environment.kept_secrets(tmp_path) == after
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
