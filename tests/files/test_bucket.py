from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from tenants.context import use_tenant
from tenants.files import connections, store
from tenants.files.bucket import answers, set_up
from tenants.files.connections import Place, policy
from tests.files.browsers import send
from tests.files.conftest import ACME, GLOBEX

AWS = Place("company-files", "eu-central-1", key_id="AKIA", secret="secret")


def admin(storage):
    place = storage.store.as_admin()
    return connections.client_of(connections.session_of(place), place.endpoint), place.bucket


def test_the_bucket_keeps_versions_and_is_tidied(storage):
    client, bucket = admin(storage)
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    incoming = next(rule for rule in rules if rule["ID"] == "incoming")
    assert incoming["Filter"]["Prefix"] == "incoming/"
    assert incoming["Expiration"]["Days"] == 2
    assert incoming["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 2


def test_setting_it_up_again_changes_nothing_and_says_what_the_store_does_not_know(
    storage, settings, capsys
):
    client, bucket = admin(storage)
    client.put_object(Bucket=bucket, Key="t/t_9/stays", Body=b"x")
    settings.S3_ACCESS_KEY_ID = "admin"
    settings.S3_SECRET_ACCESS_KEY = storage.store.secrets["s3_admin"]
    settings.S3_ROLE_ARN = ""
    call_command("setup_storage")
    told = capsys.readouterr().out
    assert "does not know: public access block" in told
    assert f"The bucket {bucket} is ready." in told
    assert client.get_object(Bucket=bucket, Key="t/t_9/stays")["Body"].read() == b"x"
    set_up(storage.store.as_admin(), origins=storage.origins)


def test_who_may_not_set_it_up_is_told_so(storage, settings):
    with pytest.raises(CommandError, match="403"):
        call_command("setup_storage")
    settings.S3_BUCKET = ""
    with pytest.raises(CommandError, match="S3_BUCKET is not set"):
        call_command("setup_storage")


def test_only_pages_of_workspaces_may_use_it(storage):
    url = f"{storage.store.address}/{storage.store.as_admin().bucket}/incoming/t/t_1/x"
    asked = {"Access_Control_Request_Method": "PUT"}
    own = send("OPTIONS", url, Origin="http://acme.localhost:8000", **asked)
    assert own.headers["Access-Control-Allow-Origin"] == "http://acme.localhost:8000"
    assert "Etag" in own.headers["Access-Control-Expose-Headers"].title()
    for origin in ("http://evil.example", "http://localhost:8000", "http://acme.localhost:8001"):
        other = send("OPTIONS", url, Origin=origin, **asked)
        assert "Access-Control-Allow-Origin" not in other.headers, origin


def test_it_answers_only_to_a_right_signature(storage):
    place = storage.store.as_admin()
    assert answers(place)
    assert not answers(Place(place.bucket, place.region, place.endpoint, "", "admin", "wrong"))
    assert not answers(Place(place.bucket, place.region, "http://127.0.0.1:1", "", "a", "b"))


def test_on_aws_addresses_name_the_region_and_the_bucket():
    url = connections.clients_of(AWS).public.generate_presigned_url(
        "get_object", Params={"Bucket": AWS.bucket, "Key": "t/t_1/x"}
    )
    assert urlsplit(url).netloc == "company-files.s3.eu-central-1.amazonaws.com"
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url
    assert "eu-central-1" in url


def test_the_policy_names_two_prefixes_and_fits_into_a_request():
    rules = policy("company-files", "t_123456789", partition="aws-cn")
    text = json.dumps(rules, separators=(",", ":"))
    assert len(text) < 2048
    objects, lists = rules["Statement"]
    assert objects["Resource"] == [
        "arn:aws-cn:s3:::company-files/incoming/t/t_123456789/*",
        "arn:aws-cn:s3:::company-files/t/t_123456789/*",
    ]
    assert lists["Condition"]["StringLike"]["s3:prefix"] == [
        "incoming/t/t_123456789/*",
        "t/t_123456789/*",
    ]


def test_on_aws_a_pass_may_use_the_key_of_its_bucket_and_elsewhere_asks_for_none():
    def actions(place: Place) -> set[str]:
        rules = connections.Passes(place)._policy("t_123456789")
        assert len(json.dumps(rules, separators=(",", ":"))) < 2048
        return {action for rule in rules["Statement"] for action in rule["Action"]}

    role = "arn:aws:iam::123456789012:role/files"
    keys = {"kms:Decrypt", "kms:GenerateDataKey"}
    aws = Place("company-files", "eu-central-1", key_id="a", secret="b", role=role)
    assert keys < actions(aws)
    assert not keys & actions(replace(aws, endpoint="https://s3.example.com"))
    assert keys < actions(replace(aws, endpoint="https://s3.example.com", encryption="aws:kms"))


@pytest.fixture
def passes(acme):
    kept = connections.clients().passes
    kept.forget()
    return kept


def test_a_pass_is_fetched_once_and_is_another_for_each_workspace(passes, monkeypatch):
    asked = []
    fetch = passes._sts.assume_role
    monkeypatch.setattr(
        passes,
        "_sts",
        type("Sts", (), {"assume_role": lambda _s, **k: asked.append(k) or fetch(**k)})(),
    )
    first = passes.get_frozen_credentials()
    assert passes.get_frozen_credentials() is first
    with use_tenant(GLOBEX):
        assert passes.get_frozen_credentials().access_key != first.access_key
    assert [call["RoleSessionName"] for call in asked] == ["t_1", "t_2"]
    assert "t_2" not in asked[0]["Policy"]


def test_a_pass_is_not_used_when_an_address_would_outlive_it(passes, monkeypatch):
    first = passes.get_frozen_credentials()
    now = connections.time.monotonic()
    monkeypatch.setattr(connections.time, "monotonic", lambda: now + 60 * 60 - 15 * 60)
    assert passes.get_frozen_credentials() is not first


def test_the_memory_of_passes_is_bounded(passes, monkeypatch):
    monkeypatch.setattr(connections, "MAX_PASSES", 1)
    passes.get_frozen_credentials()
    with use_tenant(GLOBEX):
        passes.get_frozen_credentials()
    assert list(passes._known) == ["t_2"]


def workspace_of(url: str) -> str:
    """The name in the signed token of the pass that an address carries."""
    token = parse_qs(urlsplit(url).query)["X-Amz-Security-Token"][0]
    body = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["snam"])


def test_threads_of_two_workspaces_never_sign_with_each_others_pass(storage):
    signed = []

    def sign(ref):
        with use_tenant(ref):
            for _ in range(20):
                connections.clients().passes.forget()
                url = store.download_url(uuid4(), name="a", content_type="image/png")
                signed.append((ref.schema, workspace_of(url)))

    threads = [threading.Thread(target=sign, args=[ref]) for ref in (ACME, GLOBEX) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signed) == 80
    assert {(asked, used) for asked, used in signed} == {("t_1", "t_1"), ("t_2", "t_2")}
