"""Start moto, repaired where it answers what AWS never would. Runs in moto's own environment.

python start_moto.py PORT
"""

from __future__ import annotations

import json
import secrets
import sys
from functools import wraps
from typing import Any
from urllib.parse import unquote

from moto import server
from moto.backup import responses as backup
from moto.backup import urls as backup_urls
from moto.ec2.models import launch_templates
from moto.eks import models as eks
from moto.eks import responses as eks_responses
from moto.rds import models as rds
from moto.secretsmanager import models as secretsmanager


def databases_of_their_own() -> None:
    """All have one id, by which the provider looks them up; replicas are copies in all things."""
    make, copy = rds.DBInstance.__init__, rds.RDSBackend.create_db_instance_read_replica

    @wraps(make)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        _become(self, kwargs)

    @wraps(copy)
    def copied(self: Any, db_kwargs: dict[str, Any]) -> Any:
        # A replica of another region looks for its own region's subnets before it knows its region.
        replica = copy(self, {"backend": self, **db_kwargs})
        _become(replica, db_kwargs)
        replica.multi_az = bool(db_kwargs.get("multi_az"))
        return replica

    rds.DBInstance.__init__ = made
    rds.RDSBackend.create_db_instance_read_replica = copied


def parameters_that_somebody_set() -> None:
    """The provider reads no parameter that does not say where it comes from."""
    update = rds.DBParameterGroup.update_parameters

    @wraps(update)
    def updated(self: Any, new_parameters: Any) -> None:
        update(self, [{**one, "Source": "user"} for one in new_parameters])

    rds.DBParameterGroup.update_parameters = updated


def node_groups_without_invented_keys() -> None:
    """A group that asked for no SSH gets a key all the same."""
    make = eks.Nodegroup.__init__

    @wraps(make)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.remote_access = kwargs.get("remote_access")

    eks.Nodegroup.__init__ = made


def clusters_and_nodes_as_asked_for() -> None:
    """What moto reads of no request it could not tell of either: all would change once more."""
    answer = eks_responses.EKSResponse
    make, add = answer.create_cluster, answer.create_nodegroup

    @wraps(make)
    def made(self: Any) -> Any:
        told = make(self)
        cluster = self.eks_backend.clusters[self._get_param("name")]
        cluster.access_config = self._get_param("accessConfig")
        cluster.upgrade_policy = self._get_param("upgradePolicy")
        return told

    @wraps(add)
    def added(self: Any) -> Any:
        told = add(self)
        cluster = self.eks_backend.clusters[self._get_param("name")]
        group = cluster.nodegroups[self._get_param("nodegroupName")]
        group.update_config = self._get_param("updateConfig")
        group.node_repair_config = self._get_param("nodeRepairConfig")
        return told

    answer.create_cluster, answer.create_nodegroup = made, added


def launch_templates_without_their_own_tags() -> None:
    """The tags of a template are told as if its machines were to have them."""
    make = launch_templates.LaunchTemplate.create_version

    @wraps(make)
    def made(self: Any, data: dict[str, Any], description: str) -> Any:
        asked = data.get("TagSpecifications", [])
        kept = [one for one in asked if one["ResourceType"] != "launch-template"]
        return make(self, data | {"TagSpecifications": kept}, description)

    launch_templates.LaunchTemplate.create_version = made


def backup_vaults_that_tell_they_are_empty() -> None:
    """Asked before a vault is destroyed. Nothing is ever backed up here."""

    def none(self: Any) -> str:
        return '{"RecoveryPoints": []}'

    backup.BackupResponse.list_recovery_points_by_backup_vault = none
    path = "{0}/backup-vaults/(?P<name>[^/]+)/recovery-points$"
    backup_urls.url_paths[path] = backup_urls.response.dispatch


def tags_of_backups_by_their_whole_name() -> None:
    """They are looked up by the second last part of the path: the provider ends it without `/`."""

    def told(self: Any) -> str:
        name = unquote(self.path).partition("/tags/")[2].rstrip("/")
        return json.dumps({"Tags": self.backup_backend.list_tags(name)})

    backup.BackupResponse.list_tags = told


def labels_of_secrets_that_stay() -> None:
    """AWS moves AWSCURRENT and AWSPREVIOUS alone, and may forget what has no label left."""
    replace = secretsmanager.FakeSecret.reset_default_version

    @wraps(replace)
    def replaced(self: Any, secret_version: dict[str, Any], version_id: str) -> None:
        moving = {"AWSCURRENT", "AWSPREVIOUS"}
        own = {key: set(one["version_stages"]) - moving for key, one in self.versions.items()}
        replace(self, secret_version, version_id)
        for key in set(own) - {version_id}:
            stages = self.versions[key]["version_stages"]
            stages.extend(sorted(own[key] - set(stages)))
            if not stages:
                del self.versions[key]

    secretsmanager.FakeSecret.reset_default_version = replaced


def copied_secrets_under_the_key_that_was_asked_for() -> None:
    """Every copy in another region says that it is under AWS' own key."""
    copy = secretsmanager.FakeSecret.create_replicas

    @wraps(copy)
    def copied(self: Any, replica_regions: Any, force_overwrite: bool) -> Any:
        replicas = copy(self, replica_regions, force_overwrite)
        for replica, asked in zip(replicas, replica_regions, strict=True):
            replica.config["KmsKeyId"] = asked.get("KmsKeyId") or replica.config["KmsKeyId"]
        return replicas

    secretsmanager.FakeSecret.create_replicas = copied


def _become(database: Any, asked: dict[str, Any]) -> None:
    """A server of its own, with the insights that were asked for."""
    database.dbi_resource_id = f"db-{secrets.token_hex(13).upper()}"
    database.performance_insights_enabled = asked.get("enable_performance_insights", False)
    database.performance_insights_kms_key_id = asked.get("performance_insights_kms_key_id")


if __name__ == "__main__":
    databases_of_their_own()
    parameters_that_somebody_set()
    node_groups_without_invented_keys()
    clusters_and_nodes_as_asked_for()
    launch_templates_without_their_own_tags()
    backup_vaults_that_tell_they_are_empty()
    tags_of_backups_by_their_whole_name()
    labels_of_secrets_that_stay()
    copied_secrets_under_the_key_that_was_asked_for()
    server.main(["-H", "127.0.0.1", "-p", sys.argv[1]])
