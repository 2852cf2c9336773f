"""The product's settings as they are; only mail goes to a folder of files."""

from __future__ import annotations

import os

from app.config.settings import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ["MAIL_DIR"]
POOL_SIZE = 1
PROCRASTINATE_IMPORT_PATHS = ["tests.tenants.tasks"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.extra"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]  # noqa: F405
API_REQUESTS_PER_MINUTE = 1_000_000
