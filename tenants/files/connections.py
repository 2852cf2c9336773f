"""Clients of the object store, whose requests are signed as the current workspace."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import boto3
import botocore.session
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    Credentials,
    ReadOnlyCredentials,
)
from botocore.loaders import create_loader
from django.conf import settings

from tenants.context import current
from tenants.files.errors import StorageDown
from tenants.files.keys import prefixes

#: The longest life of an address that we sign, in seconds.
LONGEST_ADDRESS = 15 * 60
#: The life of a workspace's credentials: the most that a chain of roles gets on AWS.
PASS_LIFE = 60 * 60
MAX_PASSES = 2000
#: Seconds that a visitor waits for a word of the store, twice.
PATIENCE = 5
#: Other threads would not know whose file it is.
ALONE = TransferConfig(use_threads=False, multipart_chunksize=16 * 1024 * 1024)
OBJECT_ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
LIST_ACTIONS = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bucket is, how browsers reach it, and as whom we come."""

    bucket: str
    region: str
    endpoint: str = ""
    public: str = ""
    key_id: str = ""
    secret: str = ""
    role: str = ""
    encryption: str = ""


@dataclass(frozen=True, slots=True)
class Clients:
    """Ways to the same bucket; all of them may be used by several threads."""

    #: For what a visitor waits for.
    quick: Any
    #: For copies and completions, which take the store a while.
    patient: Any
    #: Never connects: signs addresses for browsers.
    public: Any
    #: Signs upload forms with our own key: not every store takes a form by a role (SeaweedFS).
    #: The form names one exact object, made of the current workspace like the credentials.
    forms: Any
    passes: Passes | None


def place() -> Place:
    """What the settings say; raises StorageDown where no bucket is configured."""
    if not configured():
        raise StorageDown("S3_BUCKET is not set: this installation keeps no files")
    return Place(
        bucket=settings.S3_BUCKET,
        region=settings.S3_REGION,
        endpoint=settings.S3_ENDPOINT_URL,
        public=settings.S3_PUBLIC_URL or settings.S3_ENDPOINT_URL,
        key_id=settings.S3_ACCESS_KEY_ID,
        secret=settings.S3_SECRET_ACCESS_KEY,
        role=settings.S3_ROLE_ARN,
        encryption=settings.S3_ENCRYPTION,
    )


def configured() -> bool:
    """Whether this installation keeps files at all."""
    return bool(settings.S3_BUCKET)


def clients() -> Clients:
    """The clients of the configured place."""
    return clients_of(place())


@lru_cache(maxsize=8)
def clients_of(where: Place) -> Clients:
    """The clients of a place; they sign as the workspace in whose scope they are called."""
    passes = Passes(where) if where.role else None
    session = session_of(where, passes)
    return Clients(
        quick=client_of(session, where.endpoint),
        patient=client_of(session, where.endpoint, read_timeout=120),
        public=client_of(session, where.public),
        forms=client_of(session_of(where), where.public),
        passes=passes,
    )


def session_of(where: Place, passes: Passes | None = None) -> Any:
    """A session with the passes; without, our own credentials or what boto3 finds by itself."""
    inner = botocore.session.Session()
    inner.register_component("data_loader", _service_descriptions())
    if passes is not None:
        inner.register_component("credential_provider", CredentialResolver([Only(passes)]))
    elif where.key_id:
        inner.set_credentials(where.key_id, where.secret)
    return boto3.Session(botocore_session=inner, region_name=where.region)


def client_of(session: Any, endpoint: str, *, service: str = "s3", read_timeout: int = 0) -> Any:
    """A client that gives up early; signature 4, the region always named."""
    style = "path" if endpoint else "virtual"
    config = Config(
        signature_version="s3v4" if service == "s3" else "v4",
        connect_timeout=2,
        read_timeout=read_timeout or PATIENCE,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=32,
        s3={"addressing_style": style, "us_east_1_regional_endpoint": "regional"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client(service, endpoint_url=endpoint or None, config=config)


@lru_cache(maxsize=1)
def _service_descriptions() -> Any:
    """A megabyte of JSON, read once for all sessions."""
    return create_loader()


class Only(CredentialProvider):
    """The one source of credentials of a session."""

    METHOD = "workspace"

    def __init__(self, passes: Passes) -> None:
        super().__init__()
        self._passes = passes

    def load(self) -> Passes:
        """What botocore keeps as the session's credentials."""
        return self._passes


class Passes(Credentials):
    """Credentials of the role, limited to one workspace's prefixes, for each workspace.

    A pass is used no longer than an address that it signs at the last moment still lives.
    """

    def __init__(self, where: Place) -> None:
        super().__init__("", "", method="workspace")
        self._where = where
        self._sts = client_of(session_of(where), where.endpoint, service="sts")
        self._known: dict[str, tuple[float, ReadOnlyCredentials]] = {}
        self._lock = Lock()

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """What botocore signs the next request with; raises NoTenant outside of a workspace."""
        schema = current().schema
        with self._lock:
            known = self._known.get(schema)
        if known and known[0] > time.monotonic():
            return known[1]
        return self._fetch(schema)

    def forget(self) -> None:
        """The store no longer takes the passes it gave: ask for new ones."""
        with self._lock:
            self._known.clear()

    def _fetch(self, schema: str) -> ReadOnlyCredentials:
        asked = time.monotonic()
        given = self._sts.assume_role(
            RoleArn=self._where.role,
            RoleSessionName=schema,
            Policy=json.dumps(self._policy(schema), separators=(",", ":")),
            DurationSeconds=PASS_LIFE,
        )["Credentials"]
        credentials = ReadOnlyCredentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        )
        with self._lock:
            if len(self._known) >= MAX_PASSES:
                self._known.clear()
            self._known[schema] = (asked + PASS_LIFE - LONGEST_ADDRESS - 60, credentials)
        return credentials

    def _policy(self, schema: str) -> dict[str, Any]:
        partition = self._where.role.split(":")[1]
        rules = policy(self._where.bucket, schema, partition=partition)
        if _has_keys(self._where):
            rules["Statement"].append(key_statement(self._where.bucket, partition=partition))
        return rules


def policy(bucket: str, schema: str, *, partition: str = "aws") -> dict[str, Any]:
    """What a workspace's credentials may do: everything with its own objects, nothing else."""
    bucket_arn = f"arn:{partition}:s3:::{bucket}"
    own = prefixes(schema)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(OBJECT_ACTIONS),
                "Resource": [f"{bucket_arn}/{prefix}*" for prefix in own],
            },
            {
                "Effect": "Allow",
                "Action": list(LIST_ACTIONS),
                "Resource": bucket_arn,
                "Condition": {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in own]}},
            },
        ],
    }


def key_statement(bucket: str, *, partition: str = "aws") -> dict[str, Any]:
    """The use of the bucket's key through S3: a session may do only what its policy names.

    Which key is in the role's own policy. A bucket with bucket keys tells KMS its own name, one
    without them the object's.
    """
    arn = f"arn:{partition}:s3:::{bucket}"
    return {
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {
            "StringLike": {
                "kms:ViaService": "s3.*",
                "kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"],
            }
        },
    }


def _has_keys(where: Place) -> bool:
    """Whether the store is AWS, whose buckets may have a key of their own; others know no KMS."""
    return not where.endpoint or where.encryption == "aws:kms"
