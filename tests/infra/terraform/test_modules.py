"""`terraform test`: sizes, invariants and refusals of the modules, without and with a cloud."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.infra.terraform import clouds, working

AT = "tests"
FILES = sorted(path.name for path in (working.PRODUCT / "tests").glob("*.tftest.hcl"))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, working.Done]:
    """All files, two at a time: each run block starts the provider anew."""
    folder = tmp_path_factory.mktemp("modules")
    with clouds.moto(folder / "moto.log") as cloud:
        place = working.copied(folder / "terraform", cloud=cloud)
        place.must("init", "-backend=false", "-no-color", "-input=false", at=AT)
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(FILES, pool.map(lambda name: _run(place, name), FILES), strict=True))


def _run(place: working.Working, name: str) -> working.Done:
    return place.run("test", "-no-color", f"-filter={name}", at=AT)


def test_there_are_tests():
    assert len(FILES) >= 3


@pytest.mark.parametrize("name", FILES)
def test_the_runs_of_a_file_pass(results, name):
    done = results[name]
    assert done.code == 0, done.output[-6000:]
    assert re.search(r"Success! [1-9]\d* passed, 0 failed", done.output), done.output


def test_a_run_that_expects_the_wrong_thing_fails(tmp_path):
    place = working.copied(tmp_path / "terraform")
    for path in (place.folder / AT).glob("*.tftest.hcl"):
        path.unlink()
    (place.folder / AT / "wrong.tftest.hcl").write_text(WRONG)
    place.must("init", "-backend=false", "-no-color", "-input=false", at=AT)
    done = place.run("test", "-no-color", at=AT)
    assert done.code == 1
    assert "small is no large" in done.output


WRONG = """
run "wrong" {
  command = plan

  module {
    source = "../modules/sizing"
  }

  variables {
    tier = "small"
  }

  assert {
    condition     = output.network.az_count == 99
    error_message = "small is no large"
  }
}
"""
