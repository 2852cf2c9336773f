"""The files of the current workspace. Browsers put and get them by addresses that we sign.

A file comes in under `incoming/`, where its browser may write it for ten minutes, again and
again; what has been looked at is copied to its final place by its ETag, and only from there
is it ever handed out. Raises StorageDown, NoSuchFile, Changed (tenants.files.errors).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from tenants.files import names, purge
from tenants.files.connections import ALONE, LONGEST_ADDRESS, clients, configured, place
from tenants.files.errors import (
    BeyondEnd,
    Changed,
    NoSuchFile,
    StorageDown,
    StorageRefused,
    answered,
)
from tenants.files.keys import final_key, incoming_key

__all__ = ["Changed", "NoSuchFile", "StorageDown", "StorageRefused", "configured"]

#: So long may a browser send an upload that we began, in seconds.
UPLOAD_LIFE = 10 * 60
#: The size of each part but the last, in bytes; S3 takes 10,000 of them.
PART = 16 * 1024 * 1024
MOST_PARTS = 10_000
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A form that a browser sends: the fields first, then one called `file`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store says of an object; the ETag changes with the content."""

    size: int
    etag: str
    content_type: str


def start_upload(file: UUID, *, content_type: str, most: int) -> Upload:
    """Let a browser put 1 to ``most`` bytes of exactly this type under exactly this file."""
    where, key = place(), incoming_key(file)
    fields = {"Content-Type": content_type} | _encryption_fields(where.encryption)
    rules: list[Any] = [{name: value} for name, value in fields.items()]
    with answered():
        made = clients().forms.generate_presigned_post(
            where.bucket,
            key,
            Fields=fields,
            Conditions=[*rules, ["content-length-range", 1, most]],
            ExpiresIn=UPLOAD_LIFE,
        )
    # A page asks before it sends: of a bucket without the slash SeaweedFS breaks off.
    return Upload(made["url"].rstrip("/") + "/", made["fields"])


def start_parts(file: UUID, *, content_type: str) -> str:
    """Begin an upload in parts; returns its id. Its size is only known when it has arrived."""
    where = place()
    with answered():
        begun = clients().quick.create_multipart_upload(
            Bucket=where.bucket,
            Key=incoming_key(file),
            ContentType=content_type,
            **_encryption(where.encryption),
        )
    return str(begun["UploadId"])


def part_urls(file: UUID, upload: str, numbers: Sequence[int]) -> list[str]:
    """Addresses to PUT these parts (from 1) to, for a quarter of an hour."""
    if not all(1 <= number <= MOST_PARTS for number in numbers):
        raise ValueError(f"parts are numbered from 1 to {MOST_PARTS}")
    where = {"Bucket": place().bucket, "Key": incoming_key(file), "UploadId": upload}
    with answered():
        return [
            clients().public.generate_presigned_url(
                "upload_part", Params=where | {"PartNumber": number}, ExpiresIn=LONGEST_ADDRESS
            )
            for number in numbers
        ]


def finish_parts(file: UUID, upload: str, parts: Sequence[tuple[int, str]]) -> None:
    """Put the parts (number and the ETag that the store answered) together.

    Raises Changed when one is missing or another one, NoSuchFile when the upload was ended.
    """
    rows = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(parts)]
    with answered():
        clients().patient.complete_multipart_upload(
            Bucket=place().bucket,
            Key=incoming_key(file),
            UploadId=upload,
            MultipartUpload={"Parts": rows},
        )


def arrived(file: UUID) -> Stored | None:
    """What has come in for the file, if anything has."""
    return _head(incoming_key(file))


def kept(file: UUID) -> Stored | None:
    """What is in the file's final place, if anything is."""
    return _head(final_key(file))


def read(file: UUID, *, etag: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """Stream what came in, if it is still what ``etag`` names; else raises Changed.

    Beyond its end there is nothing, and no error.
    """
    try:
        with answered():
            answer = clients().quick.get_object(
                Bucket=place().bucket,
                Key=incoming_key(file),
                IfMatch=etag,
                **_range(start, length),
            )
    except BeyondEnd:
        return iter(())
    if answer["ETag"] != etag:
        raise Changed(f"{answer['ETag']} instead of {etag}")
    return _chunks(answer["Body"])


def keep(file: UUID, *, etag: str, content_type: str) -> None:
    """Move what came in to its final place, if it is still what ``etag`` names.

    Killed between the two steps it leaves both; ``kept`` tells, and it may be called again.
    """
    where = place()
    with answered():
        clients().patient.copy_object(
            Bucket=where.bucket,
            Key=final_key(file),
            CopySource={"Bucket": where.bucket, "Key": incoming_key(file)},
            CopySourceIfMatch=etag,
            ContentType=content_type,
            MetadataDirective="REPLACE",
            **_encryption(where.encryption),
        )
        purge.drop_key(clients().quick, where.bucket, incoming_key(file))


def put(file: UUID, content: bytes, *, content_type: str) -> None:
    """Store what we made ourselves (a preview) in its final place."""
    where = place()
    with answered():
        clients().quick.put_object(
            Bucket=where.bucket,
            Key=final_key(file),
            Body=content,
            ContentType=content_type,
            **_encryption(where.encryption),
        )


def put_large(file: UUID, content: IO[bytes], *, content_type: str) -> None:
    """The same for what does not fit into memory; sent in parts from this very thread."""
    where = place()
    with answered():
        clients().patient.upload_fileobj(
            content,
            where.bucket,
            final_key(file),
            ExtraArgs={"ContentType": content_type, **_encryption(where.encryption)},
            Config=ALONE,
        )


def fetch(file: UUID) -> Iterator[bytes]:
    """Stream a file from its final place."""
    with answered():
        answer = clients().quick.get_object(Bucket=place().bucket, Key=final_key(file))
    return _chunks(answer["Body"])


def download_url(
    file: UUID, *, name: str, content_type: str, inline: bool = False, seconds: int = 60
) -> str:
    """An address that hands out the file under this name and type, for so many seconds.

    Whatever could hold a script (HTML, SVG) is never shown inline, also when asked to.
    """
    if not 1 <= seconds <= LONGEST_ADDRESS:
        raise ValueError(f"an address lives 1 to {LONGEST_ADDRESS} seconds")
    parameters = {
        "Bucket": place().bucket,
        "Key": final_key(file),
        "ResponseContentDisposition": names.disposition(
            name, content_type=content_type, inline=inline
        ),
        "ResponseContentType": content_type,
        "ResponseCacheControl": "private, no-store",
    }
    with answered():
        return str(
            clients().public.generate_presigned_url(
                "get_object", Params=parameters, ExpiresIn=seconds
            )
        )


def drop(file: UUID) -> None:
    """Remove the file from both places, with all its versions and begun uploads."""
    with answered():
        for key in (incoming_key(file), final_key(file)):
            purge.drop_key(clients().quick, place().bucket, key)


def drop_everything(schema: str, *, most: int | None = None) -> int:
    """Remove every object of a workspace with all versions; returns how many went.

    With ``most`` it stops after so many: fewer than that means that none is left.
    """
    with answered(), purge.acting_for(schema):
        return purge.drop_prefixes(clients().patient, place().bucket, schema, most=most)


def count_everything(schema: str) -> int:
    """How many versions, markers and begun uploads a workspace still has in the store."""
    with answered(), purge.acting_for(schema):
        return purge.count_prefixes(clients().patient, place().bucket, schema)


def _head(key: str) -> Stored | None:
    try:
        with answered():
            found = clients().quick.head_object(Bucket=place().bucket, Key=key)
    except NoSuchFile:
        return None
    except StorageRefused:
        # AWS answers 403 for a name that is not there to who may list one prefix only.
        if purge.is_listed(clients().quick, place().bucket, key):
            raise
        return None
    return Stored(int(found["ContentLength"]), str(found["ETag"]), str(found["ContentType"]))


def _chunks(body: Any) -> Iterator[bytes]:
    try:
        with answered():
            yield from body.iter_chunks(CHUNK)
    finally:
        body.close()


def _range(start: int, length: int | None) -> dict[str, str]:
    if length is None:
        return {"Range": f"bytes={start}-"} if start else {}
    return {"Range": f"bytes={start}-{start + length - 1}"}


def _encryption(how: str) -> dict[str, str]:
    return {"ServerSideEncryption": how} if how else {}


def _encryption_fields(how: str) -> dict[str, str]:
    return {"x-amz-server-side-encryption": how} if how else {}
