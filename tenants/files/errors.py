"""What can go wrong between us and the object store, in words that callers can answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.parsers import ResponseParserError

NETWORK = (ConnectionError, HTTPClientError, IncompleteReadError, ResponseParserError)
BUSY = {"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "ServiceUnavailable", "Throttling"}
STALE_PASS = {"ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
OTHER_CONTENT = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}


class StorageDown(Exception):
    """The object store did not answer, or answered that it cannot: later it may. 503, or again."""


class StorageRefused(Exception):
    """The store does not let us do what is ours to do: a fault of the configuration."""


class NoSuchFile(Exception):
    """Nothing is stored under that name, or the upload was ended."""


class Changed(Exception):
    """What is stored is not what the caller has seen (other ETag, other parts)."""


class BeyondEnd(Exception):
    """The file ends before what was asked for begins."""


@contextmanager
def answered() -> Iterator[None]:
    """Turn what botocore raises in the block into the errors above."""
    try:
        yield
    except ClientError as error:
        raise meaning(error) from error
    except NETWORK as error:
        raise StorageDown(str(error)) from error


def meaning(error: ClientError) -> Exception:
    """The error of ours that an answer of the store stands for."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if status >= 500 or status == 429 or code in BUSY | STALE_PASS:
        return StorageDown(str(error))
    if status == 416:
        return BeyondEnd(str(error))
    if status == 404:
        return NoSuchFile(str(error))
    if status == 412 or code in OTHER_CONTENT:
        return Changed(str(error))
    return StorageRefused(str(error))
