"""What may be asked of the chart: wrong values are refused by name, tiers are different sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infra.helm import chart
from tests.infra.helm.quantities import quantity

Thing = dict[str, Any]
SCHEMA = json.loads((chart.CHART / "values.schema.json").read_text())

REFUSED: list[tuple[str, Thing, str]] = [
    ("medium", {"image": {"digest": "latest"}}, "/image/digest"),
    ("medium", {"image": {"digest": ""}}, "/image/digest"),
    ("medium", {"image": {"tag": "1.2.3"}}, "additional properties 'tag' not allowed"),
    ("medium", {"image": {"repository": "clientele:latest"}}, "/image/repository"),
    ("medium", {"web": {"replcas": 3}}, "additional properties 'replcas' not allowed"),
    ("medium", {"web": {"replicas": 0}}, "/web/replicas"),
    ("medium", {"web": {"replicas": "4"}}, "/web/replicas"),
    ("medium", {"web": {"replicas": 2}}, "/web/replicas"),
    ("medium", {"worker": {"replicas": 1}}, "/worker/replicas"),
    ("large", {"web": {"replicas": 3}}, "/web/replicas"),
    ("large", {"worker": {"replicas": 2}}, "/worker/replicas"),
    ("large", {"web": {"zoneSpread": "ScheduleAnyway"}}, "/web/zoneSpread"),
    ("medium", {"scheme": "http"}, "/scheme"),
    ("medium", {"tier": "huge"}, "/tier"),
    ("medium", {"web": {"maxReplicas": 3}}, "web.maxReplicas (3) is less than web.replicas (4)"),
    ("medium", {"worker": {"maxReplicas": 1}}, "worker.maxReplicas (1) is less than"),
    ("medium", {"web": {"cpu": "250mm"}}, "/web/cpu"),
    ("medium", {"web": {"cpu": 1}}, "/web/cpu"),
    ("medium", {"web": {"memory": "1GB"}}, "/web/memory"),
    ("medium", {"worker": {"memory": "lots"}}, "/worker/memory"),
    ("medium", {"web": {"drainSeconds": 0}}, "/web/drainSeconds"),
    ("medium", {"web": {"keepaliveSeconds": 5}}, "/web/keepaliveSeconds"),
    ("medium", {"config": {"SECRET_KEY": "x" * 40}}, "additional properties 'SECRET_KEY'"),
    ("medium", {"config": {"LOCAL": "1"}}, "additional properties 'LOCAL' not allowed"),
    ("medium", {"config": {"EMAIL_HOST": ""}}, "/config/EMAIL_HOST"),
    ("medium", {"config": {"EMAIL_PORT": "465"}}, "/config/EMAIL_PORT"),
    ("medium", {"config": {"EMAIL_TLS": "yes"}}, "/config/EMAIL_TLS"),
    ("medium", {"config": {"TRUSTED_PROXIES": 1}}, "/config/TRUSTED_PROXIES"),
    ("medium", {"publicHost": "https://example.com"}, "/publicHost"),
    ("medium", {"publicHost": ""}, "/publicHost"),
    ("medium", {"cell": "EU 1"}, "/cell"),
    ("medium", {"storage": {"roleArn": "tenant-files"}}, "/storage/roleArn"),
    ("medium", {"storage": {"encryption": "none"}}, "/storage/encryption"),
    ("medium", {"storage": {"region": ""}}, "/storage/region"),
    ("medium", {"database": {"cell": {"cidrs": []}}}, "/database/cell/cidrs"),
    ("medium", {"database": {"cell": {"cidrs": ["10.0.0.0"]}}}, "/database/cell/cidrs/0"),
    ("medium", {"database": {"control": {"port": 0}}}, "/database/control/port"),
    ("medium", {"secrets": {"keys": {"owner": ""}}}, "/secrets/keys/owner"),
    ("medium", {"secrets": {"keys": {"root": "x"}}}, "additional properties 'root' not allowed"),
    ("medium", {"secrets": {"source": "inline"}}, "/secrets/source"),
    ("kind", {"secrets": {"keys": {"app": "Clientele_App"}}}, "/secrets/keys/app"),
    ("medium", {"database": {"control": {"ours": False}}}, "database.control.ours is false"),
    ("medium", {"serviceAccounts": {"web": {"roleArn": "admin"}}}, "/serviceAccounts/web/roleArn"),
    ("medium", {"ingress": {"certificateArn": "mine"}}, "/ingress/certificateArn"),
    ("medium", {"ingress": {"clients": []}}, "/ingress/clients"),
    ("medium", {"ingress": {"ownDomains": [{"hosts": "a.b"}]}}, "/ingress/ownDomains/0"),
    (
        "medium",
        {"ingress": {"ownDomains": [{"host": "a.example.com"}]}},
        "a.example.com is example.com or under it",
    ),
    (
        "medium",
        {
            "ingress": {
                "ownDomains": [
                    {"host": "crm.b.example", "certificateArn": chart.BETA_ARN},
                    {"host": "crm.b.example", "secretName": "x"},
                ]
            }
        },
        "ingress.ownDomains: crm.b.example stands twice",
    ),
    (
        "on-premises",
        {"ingress": {"ownDomains": [{"host": "crm.acme.example"}]}},
        "crm.acme.example needs a secretName",
    ),
    (
        "medium",
        {"ingress": {"ownDomains": [{"host": "crm.acme.example"}]}},
        "crm.acme.example needs a certificateArn",
    ),
    (
        "medium",
        {
            "ingress": {
                "certificateArn": "",
                "ownDomains": [{"host": "crm.b.example", "certificateArn": chart.BETA_ARN}],
            }
        },
        "crm.b.example has a certificateArn, so ingress.certificateArn",
    ),
    (
        "medium",
        {"ingress": {"ownDomains": [{"host": "crm.b.example", "certificateArn": "mine"}]}},
        "/ingress/ownDomains/0/certificateArn",
    ),
    (
        "on-premises",
        {"ingress": {"ownDomains": [chart.OWN_DOMAIN | {"certificateArn": chart.BETA_ARN}]}},
        "crm.acme.example has a secretName and a certificateArn",
    ),
    (
        "medium",
        {"ingress": {"ownDomains": [chart.OWN_DOMAIN]}},
        "crm.acme.example has a secretName, so network.ingressNamespaces",
    ),
    (
        "on-premises",
        {"secrets": {"keys": {"keda": ""}}},
        "secrets.keys.keda must name a Secret",
    ),
    ("medium", {"network": {"ingressCidrs": []}}, "/network"),
    ("medium", {"network": {"clusterCidrs": []}}, "/network/clusterCidrs"),
    ("medium", {"monitoring": {"enabled": "yes"}}, "/monitoring/enabled"),
    ("medium", {"migrate": {"deadlineSeconds": 5}}, "/migrate/deadlineSeconds"),
    ("medium", {"extraEnv": []}, "additional properties 'extraEnv' not allowed"),
    (
        "medium",
        {"worker": {"maxReplicas": 2}, "autoscaling": {"keda": {"enabled": True}}},
        "autoscaling.keda.enabled needs worker.maxReplicas above worker.replicas",
    ),
]


@pytest.mark.parametrize(("scenario", "wrong", "named"), REFUSED)
def test_a_wrong_value_is_refused_by_name(
    scenario: str, wrong: Thing, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(wrong))
    done = chart.template(*chart.arguments(scenario, tmp_path), "-f", str(path))
    assert done.returncode != 0
    assert named in done.stderr


def test_an_alb_without_a_certificate_finds_those_of_all_hosts(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    own = [{"host": "crm.acme.example"}]
    path.write_text(json.dumps({"ingress": {"certificateArn": "", "ownDomains": own}}))
    done = chart.template(*chart.arguments("medium", tmp_path), "-f", str(path))
    assert done.returncode == 0, done.stderr
    assert "certificate-arn" not in done.stdout


def test_keda_is_switched_on_in_two_steps(tmp_path: Path) -> None:
    """KEDA refuses a ScaledObject while a HorizontalPodAutoscaler of the Deployment is there."""
    words = chart.arguments("medium", tmp_path)
    fixed = ["--set", "worker.replicas=4", "--set", "worker.maxReplicas=4"]
    first, second = (
        chart.Release(chart.parsed(chart.template(*words, *more).stdout))
        for more in (fixed, ["--set", "autoscaling.keda.enabled=true"])
    )
    for release in (first, second):
        scaled = [thing["metadata"]["name"] for thing in release.of("HorizontalPodAutoscaler")]
        assert scaled == ["clientele-web"]
    assert first.workload("worker")["spec"]["replicas"] == 4
    assert first.of("ScaledObject") == []
    assert len(second.of("ScaledObject")) == 1


def test_the_chart_alone_asks_for_what_it_cannot_know() -> None:
    done = chart.template()
    assert done.returncode != 0
    for name in ("/publicHost", "/image/digest", "/database/cell/host", "/secrets/keys/app"):
        assert f"at '{name}'" in done.stderr


def objects_of(schema: Any) -> list[Thing]:
    """Every part of a schema that describes an object with properties."""
    if isinstance(schema, list):
        return [found for part in schema for found in objects_of(part)]
    if not isinstance(schema, dict):
        return []
    inside = [found for part in schema.values() for found in objects_of(part)]
    return [schema, *inside] if schema.get("type") == "object" else inside


def test_no_part_of_the_schema_takes_unknown_names() -> None:
    found = objects_of(SCHEMA)
    assert len(found) > 25
    for part in found:
        closed = part.get("additionalProperties") is False or part.get("maxProperties") == 0
        assert closed or part.get("additionalProperties") == {"type": "string"}, part
        if "required" in part:
            assert set(part["required"]) <= set(part["properties"])


def test_the_schema_knows_every_value_of_the_chart_and_no_other() -> None:
    _compare(SCHEMA["properties"], chart.values_of("small"))


def _compare(properties: Thing, values: Thing) -> None:
    assert set(properties) - {"global"} == set(values)
    for name, part in properties.items():
        if "properties" in part and name != "config":
            _compare(part["properties"], values[name])


def web_seats(release: chart.Release) -> int:
    """How many requests the most web pods answer at once."""
    web = release.values["web"]
    return int(web["maxReplicas"] * web["processes"] * web["threads"])


def test_tiers_are_different_sizes(releases: dict[str, chart.Release]) -> None:
    tiers = [releases[tier] for tier in chart.TIERS]
    assert [web_seats(tier) for tier in tiers] == sorted({web_seats(tier) for tier in tiers})
    for role in ("web", "worker"):
        for name in ("replicas", "maxReplicas"):
            sizes = [tier.values[role][name] for tier in tiers]
            assert sizes == sorted(set(sizes))
        for name in ("cpu", "memory"):
            sizes = [quantity(tier.values[role][name]) or 0 for tier in tiers]
            assert sizes == sorted(sizes)
            assert sizes[0] < sizes[-1]


def test_tiers_say_which_they_are() -> None:
    assert [chart.values_of(tier)["tier"] for tier in chart.TIERS] == list(chart.TIERS)
