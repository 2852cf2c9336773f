"""The product's settings over the tests' own database server."""

from __future__ import annotations

import os

from tests.server import variables

os.environ.update(variables())

from app.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
POOL_SIZE = 0
PROCRASTINATE_IMPORT_PATHS = ["tests.tenants.tasks"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.extra"]  # noqa: F405
