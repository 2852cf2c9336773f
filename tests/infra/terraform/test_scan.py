"""The policy scan: what it finds is repaired, or skipped with a reason."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.infra import tools
from tests.infra.terraform import working

SKIPS = json.loads(Path(__file__).with_name("scan_skips.json").read_text())
OPTIONS = ["--framework", "terraform", "--compact", "--quiet"]
OPTIONS += ["--skip-download", "--soft-fail", "-o", "json"]
#: Addresses that begin alike: the same finding in each root that uses the module.
Finding = tuple[str, str]


def scan(folder: Path) -> set[Finding]:
    """What checkov finds, as (check, kind of resource and its name)."""
    done = subprocess.run(
        [tools.checkov(), "-d", folder, *OPTIONS],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert not told.get("results", {}).get("parsing_errors"), told["results"]["parsing_errors"]
    failed = told.get("results", {}).get("failed_checks", [])
    return {(one["check_id"], _short(one["resource"])) for one in failed}


def _short(address: str) -> str:
    """`module.a.module.b.aws_x.y["z"]` is `aws_x.y`, wherever it is used from."""
    return ".".join(address.partition("[")[0].split(".")[-2:])


@pytest.fixture(scope="module")
def found() -> set[Finding]:
    return scan(working.PRODUCT / "modules") | scan(working.PRODUCT / "roots" / "bootstrap")


def test_every_finding_is_repaired_or_has_a_reason(found):
    skipped = {(one["check"], one["resource"]) for one in SKIPS}
    assert found - skipped == set()


def test_no_skip_has_outlived_its_finding(found):
    assert {(one["check"], one["resource"]) for one in SKIPS} - found == set()


def test_every_skip_has_a_reason():
    assert all(len(one["reason"]) > 20 for one in SKIPS)


def test_the_scan_sees_an_open_bucket(tmp_path):
    (tmp_path / "main.tf").write_text(
        'resource "aws_s3_bucket" "open" {\n  acl = "public-read"\n}\n'
    )
    assert ("CKV_AWS_20", "aws_s3_bucket.open") in scan(tmp_path)
