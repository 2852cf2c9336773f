"""Start moto, repaired where it answers what AWS never would. Runs in moto's own environment.

python start_moto.py PORT
"""

from __future__ import annotations

import secrets
import sys
from functools import wraps
from typing import Any

from moto import server
from moto.eks import models as eks
from moto.rds import models as rds
from moto.secretsmanager import models as secretsmanager


def database_ids_of_their_own() -> None:
    """All instances have one and the same id, by which the provider looks them up."""
    make, copy = rds.DBInstance.__init__, rds.RDSBackend.create_db_instance_read_replica

    @wraps(make)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.dbi_resource_id = _database_id()

    @wraps(copy)
    def copied(self: Any, db_kwargs: dict[str, Any]) -> Any:
        # A replica of another region looks for its own region's subnets before it knows its region.
        replica = copy(self, {"backend": self, **db_kwargs})
        replica.dbi_resource_id = _database_id()
        return replica

    rds.DBInstance.__init__ = made
    rds.RDSBackend.create_db_instance_read_replica = copied


def node_groups_without_invented_keys() -> None:
    """A group that asked for no SSH gets a key all the same."""
    make = eks.Nodegroup.__init__

    @wraps(make)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.remote_access = kwargs.get("remote_access")

    eks.Nodegroup.__init__ = made


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


def _database_id() -> str:
    return f"db-{secrets.token_hex(13).upper()}"


if __name__ == "__main__":
    database_ids_of_their_own()
    node_groups_without_invented_keys()
    labels_of_secrets_that_stay()
    server.main(["-H", "127.0.0.1", "-p", sys.argv[1]])
