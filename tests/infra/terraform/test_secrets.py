"""Secrets at a stand-in: what people put in stays, what Terraform makes is in no state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.infra.terraform import clouds, working

AT = "roots/secrets-alone"
CELL, APP = "clientele/control/control", "clientele/control/app"
ROOT = """
variable "versions" {
  type    = map(number)
  default = {}
}

provider "aws" {
  region = "eu-central-1"
}

module "secrets" {
  source = "../../modules/secrets"

  name            = "clientele/control"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/secrets"
  app             = true
  versions        = var.versions
  replica_regions = {
    "eu-north-1" = null
    "eu-west-1"  = "arn:aws:kms:eu-west-1:123456789012:key/secrets"
  }
  addresses = {
    control = {
      variable = "CONTROL_DATABASE_URL"
      role     = "control_login"
      host     = "db"
      port     = 5432
      database = "control"
    }
    controlOwner = {
      variable = "CONTROL_OWNER_URL"
      role     = "control_owner"
      host     = "db"
      port     = 5432
      database = "control"
    }
  }
}
"""


class Store:
    """Secrets Manager of one region, read and written as people would."""

    def __init__(self, cloud: str, region: str = "eu-central-1") -> None:
        self.client = boto3.client(
            "secretsmanager",
            endpoint_url=cloud,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def read(self, name: str) -> dict[str, Any]:
        return json.loads(self.client.get_secret_value(SecretId=name)["SecretString"])

    def write(self, name: str, values: dict[str, Any]) -> None:
        self.client.put_secret_value(SecretId=name, SecretString=json.dumps(values))

    def names(self) -> set[str]:
        return {one["Name"] for one in self.client.list_secrets()["SecretList"]}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[working.Working]:
    folder = tmp_path_factory.mktemp("secrets")
    with clouds.moto(folder / "moto.log") as cloud:
        made = working.copied(folder / "terraform", cloud=cloud)
        (made.folder / AT).mkdir()
        (made.folder / AT / "main.tf").write_text(ROOT)
        made.must("init", "-no-color", "-input=false", at=AT)
        made.must("apply", "-auto-approve", "-no-color", at=AT)
        yield made


@pytest.fixture
def store(place: working.Working) -> Store:
    return Store(place.cloud)


def planned(place: working.Working, *more: str) -> str:
    """What another apply would do; nothing when it would do nothing."""
    done = place.run("plan", "-detailed-exitcode", "-no-color", "-input=false", *more, at=AT)
    assert done.code in (0, 2), done.output
    return done.output if done.code else ""


def test_an_address_checks_the_server_and_has_a_long_password(store):
    address = store.read(CELL)["CONTROL_DATABASE_URL"]
    head, tail = address.split("@")
    assert tail == (
        "db:5432/control?sslmode=verify-full&sslrootcert=%2Fetc%2Fclientele%2Fdatabase%2Fca.pem"
    )
    role, password = head.removeprefix("postgresql://").split(":")
    assert role == "control_login"
    assert len(password) == 40
    assert password.isalnum()


def test_no_password_is_in_the_state(place, store):
    state = (place.folder / AT / "terraform.tfstate").read_text()
    for name, variable in ((CELL, "CONTROL_DATABASE_URL"), (APP, "SECRET_KEY")):
        assert store.read(name)[variable] not in state
    assert "postgresql://" not in state


def test_only_what_all_cells_share_is_copied_to_other_regions(place):
    assert Store(place.cloud, "eu-north-1").names() == {CELL, APP}
    assert Store(place.cloud, "eu-west-1").names() == {CELL, APP}


def test_what_people_put_in_stays(place, store):
    """However often: AWS forgets versions without a label, and Terraform would write anew."""
    seed = store.read(APP)["SECRET_KEY"]
    assert len(seed) == 64
    for turn in range(4):
        store.write(APP, {"SECRET_KEY": seed, "STRIPE_API_KEY": f"sk_test_{turn}"})
    assert planned(place) == ""
    place.must("apply", "-auto-approve", "-no-color", at=AT)
    assert store.read(APP) == {"SECRET_KEY": seed, "STRIPE_API_KEY": "sk_test_3"}


def test_a_higher_number_makes_one_new_password(place, store):
    before = {name: store.read(name) for name in store.names()}
    more = ["-var", 'versions={"control":2}']
    assert planned(place, *more)
    place.must("apply", "-auto-approve", "-no-color", *more, at=AT)
    changed = {name for name in store.names() if store.read(name) != before[name]}
    assert changed == {CELL}
    assert planned(place, *more) == ""
