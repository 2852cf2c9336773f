"""Terraform without a network: its provider comes from a folder of the machine."""

from __future__ import annotations

import json
from pathlib import Path

from tests.infra import tools


def providers(folder: Path) -> dict[str, str]:
    """What Terraform is told by the environment; its configuration is written into the folder."""
    told = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    mirror = tools.provider_mirror()
    if mirror is None:
        return told
    file = folder / "terraform.rc"
    path = f"filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}"
    file.write_text(f"provider_installation {{\n  {path}\n}}\n")
    return told | {"TF_CLI_CONFIG_FILE": str(file)}
