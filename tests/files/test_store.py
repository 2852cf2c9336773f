from __future__ import annotations

from uuid import uuid4

import pytest

from tenants.context import NoTenant, use_tenant
from tenants.files import store
from tenants.files.errors import Changed, NoSuchFile
from tests.files.browsers import post, send
from tests.files.conftest import GLOBEX


def test_a_file_goes_up_is_kept_and_comes_down(uploaded):
    file, etag = uploaded(b"content")
    assert store.kept(file) is None
    assert b"".join(store.read(file, etag=etag)) == b"content"
    store.keep(file, etag=etag, content_type="text/plain")
    assert store.arrived(file) is None
    assert store.kept(file).size == 7
    assert store.kept(file).content_type == "text/plain"
    assert b"".join(store.fetch(file)) == b"content"
    url = store.download_url(file, name="notes.txt", content_type="text/plain")
    answer = send("GET", url)
    assert (answer.status, answer.body) == (200, b"content")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notes.txt"'
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_parts_of_it_are_read(uploaded):
    file, etag = uploaded(b"0123456789")
    assert b"".join(store.read(file, etag=etag, start=2, length=3)) == b"234"
    assert b"".join(store.read(file, etag=etag, start=8)) == b"89"
    assert b"".join(store.read(file, etag=etag, start=8, length=100)) == b"89"
    assert b"".join(store.read(file, etag=etag, start=10)) == b""


def test_what_the_worker_made_is_put_and_overwritten(acme):
    file = uuid4()
    store.put(file, b"first", content_type="image/webp")
    store.put(file, b"second", content_type="image/webp")
    assert b"".join(store.fetch(file)) == b"second"


def test_what_is_not_there_is_none_or_an_error(acme):
    assert store.arrived(uuid4()) is None
    assert store.kept(uuid4()) is None
    with pytest.raises(NoSuchFile):
        store.fetch(uuid4())
    with pytest.raises(NoSuchFile):
        store.read(uuid4(), etag='"none"')
    with pytest.raises(NoSuchFile):
        store.keep(uuid4(), etag='"none"', content_type="image/png")
    store.drop(uuid4())


def test_a_file_of_no_bytes_is_refused_in_a_form_and_readable_from_parts(acme):
    file = uuid4()
    form = store.start_upload(file, content_type="image/png", most=10)
    assert post(form, b"").status == 400
    assert store.arrived(file) is None
    upload = store.start_parts(file, content_type="image/png")
    (url,) = store.part_urls(file, upload, [1])
    etag = send("PUT", url, b"").headers["Etag"]
    store.finish_parts(file, upload, [(1, etag)])
    stored = store.arrived(file)
    assert stored.size == 0
    assert b"".join(store.read(file, etag=stored.etag, length=4096)) == b""


def test_forty_megabytes_come_in_parts(acme):
    file = uuid4()
    content = [bytes([number]) * store.PART for number in (1, 2)] + [b"\3" * 8_000_000]
    upload = store.start_parts(file, content_type="video/mp4")
    urls = store.part_urls(file, upload, [1, 2, 3])
    etags = [
        send("PUT", url, part).headers["Etag"] for url, part in zip(urls, content, strict=True)
    ]
    assert store.arrived(file) is None
    store.finish_parts(file, upload, list(enumerate(etags, start=1)))
    stored = store.arrived(file)
    assert (stored.size, stored.content_type) == (2 * store.PART + 8_000_000, "video/mp4")
    store.keep(file, etag=stored.etag, content_type="video/mp4")
    assert store.arrived(file) is None
    assert store.kept(file).size == stored.size
    at = 0
    for chunk in store.fetch(file):
        assert chunk[:1] == chunk[-1:] or at % store.PART + len(chunk) > store.PART
        at += len(chunk)
    assert at == stored.size


def test_another_part_than_was_sent_and_a_missing_one_are_refused(acme):
    file = uuid4()
    upload = store.start_parts(file, content_type="video/mp4")
    (url,) = store.part_urls(file, upload, [1])
    etag = send("PUT", url, b"x" * 6_000_000).headers["Etag"]
    for parts in ([(1, '"00000000000000000000000000000000"')], [(1, etag), (2, etag)]):
        with pytest.raises(Changed):
            store.finish_parts(file, upload, parts)
    assert store.arrived(file) is None


def test_an_upload_in_parts_that_was_ended_takes_no_more(acme):
    file = uuid4()
    upload = store.start_parts(file, content_type="video/mp4")
    (url,) = store.part_urls(file, upload, [1])
    etag = send("PUT", url, b"x").headers["Etag"]
    store.drop(file)
    store.drop(file)
    assert send("PUT", url, b"x").status == 404
    with pytest.raises(NoSuchFile):
        store.finish_parts(file, upload, [(1, etag)])


@pytest.mark.parametrize("numbers", [[0], [10_001], [1, -1]])
def test_a_part_has_a_number_from_one_to_ten_thousand(acme, numbers):
    with pytest.raises(ValueError, match="numbered from 1 to 10000"):
        store.part_urls(uuid4(), "upload", numbers)


def test_what_was_replaced_after_it_was_looked_at_is_neither_read_nor_kept(acme):
    file = uuid4()
    form = store.start_upload(file, content_type="image/png", most=100)
    assert post(form, b"harmless").status == 204
    seen = store.arrived(file)
    assert post(form, b"harmful!").status == 204
    with pytest.raises(Changed):
        store.read(file, etag=seen.etag)
    with pytest.raises(Changed):
        store.keep(file, etag=seen.etag, content_type="image/png")
    assert store.kept(file) is None
    assert store.arrived(file) is not None


def test_what_is_replaced_after_it_was_kept_stays_as_it_was(acme):
    file = uuid4()
    form = store.start_upload(file, content_type="image/png", most=100)
    assert post(form, b"harmless").status == 204
    store.keep(file, etag=store.arrived(file).etag, content_type="image/png")
    assert post(form, b"harmful!").status == 204
    assert b"".join(store.fetch(file)) == b"harmless"


def test_keep_may_be_said_again_when_it_was_killed_between_its_steps(uploaded, monkeypatch):
    file, etag = uploaded(b"content")
    with monkeypatch.context() as killed:
        killed.setattr(store.purge, "drop_key", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.keep(file, etag=etag, content_type="image/png")
    assert store.kept(file)
    assert store.arrived(file)
    store.keep(file, etag=etag, content_type="image/png")
    assert store.arrived(file) is None


def test_dropping_leaves_no_version_in_either_place(acme):
    file, other = uuid4(), uuid4()
    store.drop_everything("t_1")
    for content in (b"one", b"two"):
        store.put(file, content, content_type="image/png")
        assert post(store.start_upload(file, content_type="a/b", most=9), content).status == 204
    store.start_parts(file, content_type="a/b")
    store.put(other, b"stays", content_type="image/png")
    assert store.count_everything("t_1") == 6
    store.drop(file)
    assert store.count_everything("t_1") == 1
    assert b"".join(store.fetch(other)) == b"stays"


def test_everything_of_a_workspace_goes_and_nothing_of_another(acme):
    for ref in (acme, GLOBEX):
        store.drop_everything(ref.schema)
        with use_tenant(ref):
            for number in range(3):
                store.put(uuid4(), b"x" * number, content_type="image/png")
            store.start_parts(uuid4(), content_type="a/b")
    assert store.drop_everything("t_1") == 3
    assert store.count_everything("t_1") == 0
    assert store.count_everything("t_2") == 4
    assert store.drop_everything("t_1") == 0


def test_more_than_a_page_of_versions_goes(acme, monkeypatch):
    monkeypatch.setattr(store.purge, "AT_ONCE", 10)
    store.drop_everything("t_1")
    files = [uuid4() for _ in range(5)]
    for number in range(25):
        store.put(files[number % 5], b"%d" % number, content_type="image/png")
    assert store.count_everything("t_1") == 25
    assert store.drop_everything("t_1") == 25
    assert store.count_everything("t_1") == 0


def test_without_a_workspace_nothing_is_signed(storage):
    file = uuid4()
    calls = (
        lambda: store.start_upload(file, content_type="a/b", most=1),
        lambda: store.start_parts(file, content_type="a/b"),
        lambda: store.arrived(file),
        lambda: store.fetch(file),
        lambda: store.download_url(file, name="x", content_type="a/b"),
        lambda: store.drop(file),
    )
    for call in calls:
        with pytest.raises(NoTenant):
            call()


@pytest.mark.parametrize("schema", ["", "t_1/../t_2", "t_1*", "public", "t_", "t_1 "])
def test_only_the_schema_of_a_workspace_names_a_prefix(storage, schema):
    with pytest.raises(ValueError, match="not a workspace's schema"):
        store.drop_everything(schema)
