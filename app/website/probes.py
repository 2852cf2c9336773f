"""What is really measured for the status page: short questions to each part, side by side.

Nobody waits for a part that is down: every question has a time-out of its own, all of them a
common one, and what does not answer by then counts as down.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connections

from billing import clock
from tenants.readings import PATIENCE
from tenants.router import own_cell

logger = logging.getLogger(__name__)
#: libpq knows no shorter time-out than two seconds.
PATIENCE_FOR_ALL = 3.0
CELL_ENGINE = "tenants.backend"
_SIGNS = """
WITH heard AS (
    SELECT kind, extract(epoch FROM now() - max(at)) AS ago FROM tenants_beat
     WHERE cell IN (%(cell)s, '') GROUP BY kind
)
SELECT (SELECT ago FROM heard WHERE kind = 'worker'),
       (SELECT ago FROM heard WHERE kind = 'scheduler'),
       (SELECT ago FROM heard WHERE kind = 'provisioner'),
       (SELECT count(*) FROM tenants_readyschema
         WHERE tenant_id IS NULL AND state = 'ready' AND cell_id = %(cell)s),
       (SELECT extract(epoch FROM %(now)s - at) FROM billing_mark WHERE name = 'biller'),
       (SELECT extract(epoch FROM %(now)s - min(next_at)) FROM billing_command
         WHERE state IN ('waiting', 'sent'))
"""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the control plane knows of the processes; seconds since, None is never."""

    worker: float | None
    scheduler: float | None
    provisioner: float | None
    ready_schemas: int
    biller: float | None
    #: How long the oldest command to the payment provider is overdue.
    oldest_command: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out; None is no answer."""

    signs: Signs | None
    #: Each cell's alias, and whether its database answered.
    cells: dict[str, bool]
    #: None when this installation keeps no files.
    files: bool | None
    takes_payments: bool


def gather() -> Facts:
    """Ask everything at once."""
    aliases = cell_aliases()
    questions: dict[str, Callable[[], Any]] = {"signs": signs}
    questions |= {f"cell {alias}": _cell_question(alias) for alias in aliases}
    if settings.S3_BUCKET:
        questions["files"] = files_answer
    answers = ask(questions)
    return Facts(
        signs=answers["signs"],
        cells={alias: bool(answers[f"cell {alias}"]) for alias in aliases},
        files=bool(answers["files"]) if settings.S3_BUCKET else None,
        takes_payments=bool(settings.STRIPE_API_KEY),
    )


def ask(
    questions: dict[str, Callable[[], Any]], *, patience: float = PATIENCE_FOR_ALL
) -> dict[str, Any]:
    """The answers by name; None from whoever failed or has not answered in time."""
    pool = ThreadPoolExecutor(max_workers=len(questions), thread_name_prefix="probe")
    asked = {name: pool.submit(_quietly, name, question) for name, question in questions.items()}
    done, _late = wait(asked.values(), timeout=patience)
    pool.shutdown(wait=False, cancel_futures=True)
    return {name: future.result() if future in done else None for name, future in asked.items()}


def cell_aliases() -> list[str]:
    """The databases that hold workspaces."""
    return sorted(
        alias
        for alias, about in connections.settings.items()
        if about["ENGINE"] == CELL_ENGINE and not alias.endswith("_owner")
    )


def signs() -> Signs:
    """Ask the control plane, by a connection of its own."""
    with _connected("control") as connection:
        row = connection.execute(_SIGNS, {"now": clock.now(), "cell": own_cell()}).fetchone()
    assert row is not None
    worker, scheduler, provisioner, ready, biller, oldest = row
    return Signs(
        worker=_number(worker),
        scheduler=_number(scheduler),
        provisioner=_number(provisioner),
        ready_schemas=ready,
        biller=_number(biller),
        oldest_command=_number(oldest),
    )


def files_answer() -> bool:
    """Whether the object store speaks at all; what it says without a signature is a refusal."""
    parts = urlsplit(settings.S3_ENDPOINT_URL or settings.FILES_ORIGIN)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(parts.netloc, timeout=2)) as connection:
        connection.request("HEAD", "/")
        return connection.getresponse().status < 500


def _cell_question(alias: str) -> Callable[[], bool]:
    return lambda: cell_answers(alias)


def cell_answers(alias: str) -> bool:
    """Whether a cell's database takes a statement."""
    with _connected(alias) as connection:
        return connection.execute("SELECT 1").fetchone() is not None


def _connected(alias: str) -> psycopg.Connection[Any]:
    about = connections[alias].settings_dict
    return psycopg.connect(
        host=about["HOST"],
        port=about["PORT"],
        user=about["USER"],
        password=about["PASSWORD"],
        dbname=about["NAME"],
        autocommit=True,
        **(about["OPTIONS"] | PATIENCE),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _quietly(name: str, question: Callable[[], Any]) -> Any:
    try:
        return question()
    except (psycopg.Error, OSError, http.client.HTTPException) as error:
        logger.warning("status: no answer from %s: %s", name, type(error).__name__)
        return None
