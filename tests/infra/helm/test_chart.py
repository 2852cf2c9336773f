"""The chart lints, renders, renders the same again, and refuses what is too old."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from tests.infra.helm import chart


@pytest.mark.parametrize("scenario", chart.SCENARIOS)
def test_it_lints(scenario: str, tmp_path: Path) -> None:
    done = chart.run_helm(
        "lint", "--strict", str(chart.CHART), *chart.arguments(scenario, tmp_path)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 chart(s) failed" in done.stdout


def test_it_renders_the_same_again(rendered: dict[str, Path], tmp_path: Path) -> None:
    again = chart.template(*chart.arguments("everything", tmp_path))
    assert again.stdout == rendered["everything"].read_text()


def test_an_old_kubernetes_is_refused(tmp_path: Path) -> None:
    words = chart.arguments("small", tmp_path)
    done = chart.template(*words, "--kube-version", "1.29.9")
    assert done.returncode != 0
    assert "requires kubeVersion: >=1.30.0-0 which is incompatible" in done.stderr
    assert chart.template(*words, "--kube-version", "1.30.0").returncode == 0


def test_two_releases_share_a_namespace(tmp_path: Path) -> None:
    words = ["template", "second", str(chart.CHART), *chart.arguments("medium", tmp_path)]
    first = chart.parsed(chart.template(*words[3:]).stdout)
    second = chart.parsed(chart.run_helm(*words).stdout)
    names = [{chart.name_of(thing) for thing in things} for things in (first, second)]
    assert names[0] & names[1] == set()
    selectors = [
        {str(thing["spec"]["selector"]) for thing in things if thing["kind"] == "Service"}
        for things in (first, second)
    ]
    assert selectors[0] & selectors[1] == set()


def test_it_is_packed_without_what_is_a_cells_own(tmp_path: Path) -> None:
    copy = shutil.copytree(chart.CHART, tmp_path / "clientele")
    (copy / "cell.values.json").write_text("{}")
    done = chart.run_helm("package", str(copy), "--destination", str(tmp_path))
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "clientele-0.1.0.tgz") as packed:
        names = {Path(name).name for name in packed.getnames()}
    assert {"values.schema.json", "values-large.yaml", "NOTES.txt"} <= names
    assert "cell.values.json" not in names


def test_the_chart_has_no_parts_of_others() -> None:
    told = (chart.CHART / "Chart.yaml").read_text()
    assert "dependencies" not in told
    assert not (chart.CHART / "charts").exists()


def test_the_notes_tell_where_and_how(tmp_path: Path) -> None:
    words = chart.arguments("medium", tmp_path)
    done = chart.run_helm(
        "install", "clientele", str(chart.CHART), "--dry-run=client", "-n", "crm", *words
    )
    assert done.returncode == 0, done.stderr
    notes = done.stdout.split("NOTES:")[1]
    assert "serves https://example.com" in notes
    assert "kubectl -n crm logs job/clientele-migrate" in notes
    assert "pod-readiness-gate-inject" in notes
