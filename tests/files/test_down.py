from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest

from local import storage as local_storage
from tenants.files import connections, store
from tenants.files.errors import StorageDown
from tests.files.browsers import send


@pytest.fixture
def stopped(acme, storage):
    """The store is killed; the test starts it again, or we do."""
    file = uuid4()
    store.put(file, b"kept", content_type="image/png")
    storage.kill()
    yield file
    if storage.process.poll() is not None:
        storage.start()


def test_while_the_store_is_down_everything_says_so_at_once_and_afterwards_all_is_there(
    stopped, storage
):
    calls = (
        lambda: store.arrived(stopped),
        lambda: store.kept(stopped),
        lambda: store.fetch(stopped),
        lambda: store.read(stopped, etag='"x"'),
        lambda: store.keep(stopped, etag='"x"', content_type="a/b"),
        lambda: store.put(stopped, b"x", content_type="a/b"),
        lambda: store.drop(stopped),
        lambda: store.start_parts(stopped, content_type="a/b"),
        lambda: store.drop_everything("t_1"),
    )
    started = time.monotonic()
    for call in calls:
        with pytest.raises(StorageDown):
            call()
    assert time.monotonic() - started < 15
    storage.start()
    assert b"".join(store.fetch(stopped)) == b"kept"
    url = store.download_url(stopped, name="a.png", content_type="image/png")
    assert send("GET", url).body == b"kept"


def test_without_a_pass_and_without_the_store_nothing_can_be_signed(stopped):
    connections.clients().passes.forget()
    with pytest.raises(StorageDown):
        store.download_url(stopped, name="a.png", content_type="image/png")


def test_a_stream_that_breaks_off_says_so(acme, storage):
    file = uuid4()
    store.put(file, b"x" * 30_000_000, content_type="image/png")
    chunks = store.fetch(file)
    next(chunks)
    storage.kill()
    try:
        with pytest.raises(StorageDown):
            list(chunks)
    finally:
        storage.start()


@contextmanager
def store_that(settings, answer):
    """Another server in the store's place, which answers every request in its way."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            answer(self)

        do_GET = do_HEAD  # noqa: N815 (the name that http.server looks for)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{server.server_port}"
        settings.S3_ROLE_ARN = ""
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_store_that_cannot_is_down(acme, settings, status):
    def answer(request):
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with store_that(settings, answer):
        for call in (store.arrived, store.fetch):
            with pytest.raises(StorageDown):
                call(uuid4())


def test_a_store_that_speaks_nonsense_is_down(acme, settings):
    def answer(request):
        request.wfile.write(b"what?\r\n\r\n")

    with store_that(settings, answer), pytest.raises(StorageDown):
        store.fetch(uuid4())


def test_a_store_that_says_nothing_is_given_up(acme, settings, monkeypatch):
    monkeypatch.setattr(connections, "PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.S3_ENDPOINT_URL = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.S3_ROLE_ARN = ""
        started = time.monotonic()
        with pytest.raises(StorageDown):
            store.arrived(uuid4())
        assert time.monotonic() - started < 5


def test_an_installation_without_a_bucket_keeps_no_files(acme, settings):
    settings.S3_BUCKET = ""
    assert not store.configured()
    with pytest.raises(StorageDown, match="S3_BUCKET is not set"):
        store.start_upload(uuid4(), content_type="a/b", most=1)


def test_what_was_acknowledged_survives_a_kill_and_other_ports(tmp_path, acme):
    """As `make run` does after a kill -9, when somebody else has taken one of its ports."""
    from tests.storage import Weed

    one = Weed(tmp_path / "s3", live_port=1)
    place = one.store.as_admin()
    client = connections.client_of(connections.session_of(place), place.endpoint)
    keys = [f"t/t_1/{number}" for number in range(20)]
    for key in keys:
        client.put_object(Bucket=place.bucket, Key=key, Body=key.encode())
    one.kill()
    with socket.create_server(("127.0.0.1", one.store.ports["s3.port"])):
        one.store = local_storage.make_store(
            one.store.folder, secrets=one.store.secrets, origin=one.store.origin
        )
    assert one.store.as_admin().endpoint != place.endpoint
    one.start()
    place = one.store.as_admin()
    client = connections.client_of(connections.session_of(place), place.endpoint)
    got = [client.get_object(Bucket=place.bucket, Key=key)["Body"].read() for key in keys]
    one.remove()
    assert got == [key.encode() for key in keys]
