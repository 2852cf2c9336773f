"""``python -m local.stripe --port N --dir D``: the Stripe simulator."""

from __future__ import annotations

import sys

from local.stripe.program import main

sys.exit(main())
