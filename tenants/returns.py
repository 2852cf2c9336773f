"""Jobs whose worker is gone go back into the queue, so that another worker takes them up.

Run as a program it stands in the place of a worker that may wait no longer: the worker becomes
this program, and so nothing of what it did goes on when its jobs are handed back.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import psycopg

#: A job that took this many workers along is at fault itself.
MAX_ATTEMPTS = 10
#: Whoever looks a second time, or at the same time, finds the job taken or locked: what another
#: worker has begun since is not put back.
PUT_BACK = """
WITH gone AS (
    SELECT job.id, job.task_name, job.attempts
      FROM procrastinate_jobs AS job
      LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
     WHERE job.status = 'doing' AND {which}
       FOR UPDATE OF job SKIP LOCKED)
SELECT id, task_name, attempts >= %(most)s AS is_given_up,
       CASE WHEN attempts >= %(most)s THEN procrastinate_finish_job_v1(id, 'failed', false)
            ELSE procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)
        END::text
  FROM gone
"""
OF_THE_DEAD = PUT_BACK.format(
    which="(worker.id IS NULL"
    " OR worker.last_heartbeat < now() - make_interval(secs => %(seconds)s))"
)
OF_ONE = PUT_BACK.format(which="worker.id = %(worker)s")
#: While a release goes out, workers of the old one get jobs that only the new one knows.
UNKNOWN_SECONDS = 30
UNKNOWN_TIMES = 40
#: It was not tried, so it is no attempt: what was begun beyond the attempts was put off.
PUT_OFF = """
UPDATE procrastinate_jobs AS job
   SET status = 'todo', scheduled_at = now() + make_interval(secs => %(seconds)s)
 WHERE id = %(job)s AND worker_id = %(worker)s AND status = 'doing'
   AND (SELECT count(*) FROM procrastinate_events AS event
         WHERE event.job_id = job.id AND event.type = 'started') - attempts <= %(most)s
RETURNING id
"""
#: Only new jobs are announced by the queue itself.
ANNOUNCE = """
SELECT pg_notify('procrastinate_any_queue_v1', json_build_object(
    'type', 'job_inserted', 'job_id', %(job)s)::text)
"""


def hand_back(url: str, *, worker: int) -> list[int]:
    """Give what this worker has in hand to the others, and strike it off; the jobs' numbers."""
    with psycopg.connect(url, options="-c search_path=jobs", connect_timeout=5) as connection:
        given: dict[str, Any] = {"worker": worker, "most": MAX_ATTEMPTS}
        jobs = [row[0] for row in connection.execute(OF_ONE, given).fetchall()]
        connection.execute("DELETE FROM procrastinate_workers WHERE id = %s", [worker])
        for job in jobs:
            connection.execute(ANNOUNCE, {"job": job})
    return jobs


def become_hand_back(url: str, *, worker: int, root: str) -> None:
    """End everything that this process does, in whatever thread, and hand its jobs back."""
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    environ = os.environ | {"JOBS_DATABASE_URL": url, "PYTHONPATH": path}
    program = [sys.executable, "-m", "tenants.returns", str(worker)]
    os.execve(sys.executable, program, environ)  # noqa: S606 (there is no shell to start it in)


if __name__ == "__main__":
    hand_back(os.environ["JOBS_DATABASE_URL"], worker=int(sys.argv[1]))
