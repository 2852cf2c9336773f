"""Every root initializes without a state and is valid for the real provider."""

from __future__ import annotations

import pytest

from tests.infra.terraform import working

ROOTS = [root.name for root in working.roots()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> working.Working:
    return working.copied(tmp_path_factory.mktemp("validate") / "terraform")


def test_the_roots_are_those_that_the_documents_name():
    assert ROOTS == ["bootstrap", "control-plane", "large", "medium", "small"]


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_is_valid(place, root):
    at = f"roots/{root}"
    place.must("init", "-backend=false", "-no-color", "-input=false", at=at)
    place.must("validate", "-no-color", at=at)


def test_a_misspelt_argument_is_seen(place):
    place.must("init", "-backend=false", "-no-color", "-input=false", at="roots/bootstrap")
    extra = place.folder / "roots" / "bootstrap" / "extra.tf"
    extra.write_text('resource "aws_sns_topic" "x" {\n  nmae = "x"\n}\n')
    try:
        done = place.run("validate", "-no-color", at="roots/bootstrap")
    finally:
        extra.unlink()
    assert done.code == 1
    assert "nmae" in done.output
