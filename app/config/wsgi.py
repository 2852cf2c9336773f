from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.config.settings")
application = get_wsgi_application()

# What takes time is done once, before the workers fork and say that they are ready: reading every
# migration's file (0.2 s, else in somebody's sign-up), importing all views (0.8 s, else in the
# first request of each worker of each release).
from django.conf import settings  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from tenants.schemas import migration_hash  # noqa: E402

migration_hash()
for _urls in (settings.ROOT_URLCONF, settings.PUBLIC_URLCONF, settings.OPERATORS_URLCONF):
    _known = get_resolver(_urls).reverse_dict
