"""The bucket itself: made, versioned, closed to the public, tidied by the store. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from tenants.files.connections import Place, client_of, session_of
from tenants.files.errors import NoSuchFile, StorageDown, StorageRefused, answered
from tenants.files.keys import INCOMING

#: Days after which the store throws away what nobody took out of `incoming/`.
FORGET_INCOMING = 2
#: Days for which an operator can bring back what was overwritten or removed by mistake.
KEEP_OLD_VERSIONS = 30
UNKNOWN = {"NotImplemented", "MethodNotAllowed", "XNotImplemented"}


def set_up(where: Place, *, origins: Sequence[str]) -> list[str]:
    """Bring the bucket into its state; returns what this store does not know how to do.

    ``origins``: the pages that may send and fetch files, `https://*.example.com`. Needs
    credentials that may do all of this; those of the web need not.
    """
    client = _client(where)
    with answered():
        _make(client, where)
        client.put_bucket_versioning(
            Bucket=where.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        client.put_bucket_cors(Bucket=where.bucket, CORSConfiguration=cors(origins))
        client.put_bucket_lifecycle_configuration(
            Bucket=where.bucket, LifecycleConfiguration=lifecycle()
        )
        steps = {"public access block": lambda: _close(client, where)}
        return [name for name, step in steps.items() if not _knows(step)]


def answers(where: Place) -> bool:
    """Whether the store takes our signature now."""
    try:
        with answered():
            _client(where).list_buckets()
    except (StorageDown, StorageRefused):
        return False
    return True


def cors(origins: Sequence[str]) -> dict[str, Any]:
    """Who may send and fetch files from a page: the workspaces' own pages."""
    rule = {
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["GET", "HEAD", "POST", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    return {"CORSRules": [rule]}


def lifecycle() -> dict[str, Any]:
    """What the store removes by itself."""
    incoming = {
        "ID": "incoming",
        "Status": "Enabled",
        "Filter": {"Prefix": INCOMING},
        "Expiration": {"Days": FORGET_INCOMING},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": FORGET_INCOMING},
    }
    old = {
        "ID": "old-versions",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": KEEP_OLD_VERSIONS},
    }
    return {"Rules": [incoming, old]}


def _client(where: Place) -> Any:
    return client_of(session_of(where), where.endpoint, read_timeout=30)


def _make(client: Any, where: Place) -> None:
    try:
        with answered():
            client.head_bucket(Bucket=where.bucket)
    except NoSuchFile:
        region = {"LocationConstraint": where.region}
        more = {} if where.region == "us-east-1" else {"CreateBucketConfiguration": region}
        client.create_bucket(Bucket=where.bucket, **more)


def _close(client: Any, where: Place) -> None:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    client.put_public_access_block(
        Bucket=where.bucket, PublicAccessBlockConfiguration=dict.fromkeys(names, True)
    )


def _knows(step: Callable[[], None]) -> bool:
    try:
        step()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in UNKNOWN:
            raise
        return False
    return True
