"""`python -m local.build`: every step, skipped when what it is made from has not changed."""

from __future__ import annotations

from local.build.assets import build_assets
from local.build.catalogs import compile_catalogs
from local.build.packages import install_packages

install_packages()
build_assets()
compile_catalogs()
