"""What a visitor may try with the addresses he was given, and a faulty program with its key."""

from __future__ import annotations

import base64
import json
import time
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from local.storage import BUCKET
from tenants.context import use_tenant
from tenants.files import connections, store
from tenants.files.errors import StorageRefused
from tests.files.browsers import post, send
from tests.files.conftest import ACME, GLOBEX


@pytest.fixture
def form(acme):
    """A form for at most ten bytes of PNG."""
    file = uuid4()
    return file, store.start_upload(file, content_type="image/png", most=10)


def test_a_file_that_is_too_large_is_refused(form):
    file, upload = form
    assert post(upload, b"x" * 10).status == 204
    refused = post(upload, b"x" * 11)
    assert refused.status == 400
    assert b"EntityTooLarge" in refused.body
    assert store.arrived(file).size == 10


@pytest.mark.parametrize(
    "changed",
    [
        {"Content_Type": "text/html"},
        {"Content_Type": "image/png; charset=utf-8"},
        {"key": "incoming/t/t_1/00000000-0000-0000-0000-000000000000"},
        {"key": "incoming/t/t_2/00000000-0000-0000-0000-000000000000"},
        {"key": "t/t_1/00000000-0000-0000-0000-000000000000"},
        {"x_amz_server_side_encryption": "aws:kms"},
        {"x_amz_signature": "0" * 64},
        {"x_amz_credential": "somebody/20260101/us-east-1/s3/aws4_request"},
        {"x_amz_meta_more": "than asked"},
    ],
)
def test_a_form_that_was_changed_is_refused(form, changed):
    file, upload = form
    assert post(upload, b"x", **changed).status in (400, 403)
    assert store.arrived(file) is None
    assert store.kept(file) is None


def test_a_policy_that_was_widened_is_refused(form):
    file, upload = form
    policy = json.loads(base64.b64decode(upload.fields["policy"]))
    policy["conditions"] = [c for c in policy["conditions"] if not isinstance(c, list)]
    wide = base64.b64encode(json.dumps(policy).encode()).decode()
    assert post(upload, b"x" * 1000, policy=wide).status == 403
    assert store.arrived(file) is None


def test_a_form_ends(acme, monkeypatch):
    monkeypatch.setattr(store, "UPLOAD_LIFE", 1)
    upload = store.start_upload(uuid4(), content_type="image/png", most=10)
    time.sleep(2.1)
    assert post(upload, b"x").status == 403


def test_a_form_without_a_signature_is_refused(form):
    _file, upload = form
    kept = {k: v for k, v in upload.fields.items() if not k.startswith("x-amz-") and k != "policy"}
    assert post(store.Upload(upload.url, kept), b"x").status in (400, 403)


def kept_file() -> tuple[object, str]:
    file = uuid4()
    store.put(file, b"secret", content_type="image/png")
    return file, store.download_url(file, name="a.png", content_type="image/png")


def test_an_address_shows_one_file_under_one_name_until_it_ends(acme):
    file, url = kept_file()
    other, _url = kept_file()
    assert send("GET", url).body == b"secret"
    tampered = (
        url.replace(str(file), str(other)),
        url.replace("a.png", "a.html"),
        url.replace("image%2Fpng", "text%2Fhtml"),
        url.replace("attachment", "inline"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        url.partition("?")[0],
        url.replace("t_1", "t_2"),
    )
    for address in tampered:
        assert address != url
        answer = send("GET", address)
        assert answer.status == 403, address
        assert b"secret" not in answer.body
    for method in ("PUT", "DELETE", "POST"):
        assert send(method, url, b"x").status in (403, 405)
    short = store.download_url(file, name="a.png", content_type="image/png", seconds=1)
    time.sleep(2.1)
    assert send("GET", short).status == 403


@pytest.mark.parametrize("seconds", [0, -1, 901, 86_400])
def test_no_address_lives_longer_than_the_credentials_that_sign_it(acme, seconds):
    with pytest.raises(ValueError, match="lives 1 to 900 seconds"):
        store.download_url(uuid4(), name="x", content_type="a/b", seconds=seconds)


def test_nobody_reads_or_lists_without_a_signature(acme, storage):
    file, url = kept_file()
    root = f"{storage.store.address}/{BUCKET}"
    for address in (f"{root}/t/t_1/{file}", root, f"{root}/?versions", storage.store.address):
        assert send("GET", address).status == 403
    assert send("PUT", f"{root}/t/t_1/{file}", b"x").status == 403
    assert send("DELETE", f"{root}/t/t_1/{file}").status == 403
    assert send("GET", url).body == b"secret"


def test_a_wrong_secret_is_refused(acme, settings):
    settings.S3_SECRET_ACCESS_KEY = "guessed"
    with pytest.raises(StorageRefused):
        store.arrived(uuid4())
    upload = store.start_upload(uuid4(), content_type="image/png", most=10)
    assert post(upload, b"x").status == 403


def refused(call, **arguments) -> bool:
    try:
        call(Bucket=BUCKET, **arguments)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return False


def test_the_store_itself_refuses_one_workspace_the_objects_of_another(acme):
    """Whatever key a faulty program asks for, as globex nothing of acme can be touched."""
    file, _url = kept_file()
    theirs = f"t/t_1/{file}"
    client = connections.clients().quick
    with use_tenant(GLOBEX):
        own = uuid4()
        store.put(own, b"own", content_type="image/png")
        source = {"Bucket": BUCKET, "Key": theirs}
        assert refused(client.get_object, Key=theirs)
        assert refused(client.head_object, Key=theirs)
        assert refused(client.put_object, Key=theirs, Body=b"x")
        assert refused(client.delete_object, Key=theirs)
        assert refused(client.copy_object, Key=f"t/t_2/{own}", CopySource=source)
        assert refused(client.create_multipart_upload, Key=theirs)
        assert refused(client.put_object, Key="t/t_22/x", Body=b"x")
        assert refused(client.put_object, Key="elsewhere", Body=b"x")
        for prefix in ("", "t/", "t/t_1/", "t/t_2", "incoming/t/t_1/"):
            assert refused(client.list_objects_v2, Prefix=prefix), prefix
            assert refused(client.list_object_versions, Prefix=prefix), prefix
            assert refused(client.list_multipart_uploads, Prefix=prefix), prefix
        gone = {"Objects": [{"Key": theirs}]}
        answer = client.delete_objects(Bucket=BUCKET, Delete=gone)
        assert [error["Code"] for error in answer["Errors"]] == ["AccessDenied"]
        assert refused(client.put_bucket_versioning, VersioningConfiguration={"Status": "Enabled"})
        assert refused(client.put_bucket_cors, CORSConfiguration={"CORSRules": []})
        address = client.generate_presigned_url("get_object", Params=source)
        assert send("GET", address).status == 403
    assert b"".join(store.fetch(file)) == b"secret"


def test_our_own_key_without_the_role_reads_and_lists_nothing(acme):
    file, _url = kept_file()
    client = connections.session_of(connections.place())
    bare = connections.client_of(client, connections.place().endpoint)
    assert refused(bare.get_object, Key=f"t/t_1/{file}")
    assert refused(bare.list_objects_v2)
    assert refused(bare.list_object_versions, Prefix="t/t_1/")


def test_the_same_file_number_in_two_workspaces_is_two_files(storage):
    file = uuid4()
    for ref in (ACME, GLOBEX):
        with use_tenant(ref):
            store.put(file, ref.subdomain.encode(), content_type="text/plain")
    for ref in (ACME, GLOBEX):
        with use_tenant(ref):
            assert b"".join(store.fetch(file)) == ref.subdomain.encode()
