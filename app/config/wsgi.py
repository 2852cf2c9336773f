from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.config.settings")
application = get_wsgi_application()

# Reads every migration's file, 0.2 s: once before the workers fork, not in somebody's sign-up.
from tenants.schemas import migration_hash  # noqa: E402

migration_hash()
