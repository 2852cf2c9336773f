from __future__ import annotations

import sys

from local.run import main
from local.terminal import in_foreground

with in_foreground():
    code = main()
sys.exit(code)
