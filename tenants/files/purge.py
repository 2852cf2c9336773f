"""Removing objects so that no version of them is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from tenants.context import Ref, use_tenant
from tenants.files.errors import NoSuchFile, StorageDown, answered
from tenants.files.keys import prefixes

#: What the store lists in one answer and removes at one request.
AT_ONCE = 1000


def acting_for(schema: str) -> AbstractContextManager[Ref]:
    """Sign as the workspace, whose schema may be gone by now."""
    return use_tenant(Ref(0, schema, "", None, ""))


def drop_key(client: Any, bucket: str, key: str) -> int:
    """Remove all versions of one object, and what was begun to be uploaded as it."""
    for begun in begun_uploads(client, bucket, key):
        if begun["Key"] == key:
            _abort(client, bucket, begun)
    return _drop(client, bucket, (v for v in versions(client, bucket, key) if v["Key"] == key))


def drop_prefixes(client: Any, bucket: str, schema: str, *, most: int | None = None) -> int:
    """Remove everything, or the first so many, of a workspace; returns how many versions."""
    for prefix in prefixes(schema):
        for begun in begun_uploads(client, bucket, prefix):
            _abort(client, bucket, begun)
    found = (row for prefix in prefixes(schema) for row in versions(client, bucket, prefix))
    return _drop(client, bucket, islice(found, most))


def count_prefixes(client: Any, bucket: str, schema: str) -> int:
    """How much of a workspace is left: versions, markers and begun uploads."""
    return sum(
        1
        for prefix in prefixes(schema)
        for found in (versions, begun_uploads)
        for _ in found(client, bucket, prefix)
    )


def is_listed(client: Any, bucket: str, key: str) -> bool:
    """Whether an object of exactly this name is there."""
    with answered():
        page = client.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
    return any(row["Key"] == key for row in page.get("Contents", ()))


def versions(client: Any, bucket: str, prefix: str) -> Iterator[dict[str, str]]:
    """Name and version of everything under the prefix, delete markers too."""
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for row in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            yield {"Key": row["Key"], "VersionId": row["VersionId"]}


def begun_uploads(client: Any, bucket: str, prefix: str) -> Iterator[dict[str, str]]:
    """Name and id of the uploads in parts that were never finished."""
    for page in client.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": AT_ONCE}
    ):
        for row in page.get("Uploads", ()):
            yield {"Key": row["Key"], "UploadId": row["UploadId"]}


def _drop(client: Any, bucket: str, found: Iterator[dict[str, str]]) -> int:
    dropped = 0
    while batch := list(islice(found, AT_ONCE)):
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if errors := answer.get("Errors"):
            raise StorageDown(f"{len(errors)} objects were not removed: {errors[0]}")
        dropped += len(batch)
    return dropped


def _abort(client: Any, bucket: str, begun: dict[str, str]) -> None:
    try:
        with answered():
            client.abort_multipart_upload(Bucket=bucket, **begun)
    except NoSuchFile:
        return
