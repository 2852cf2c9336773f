"""`make run`: the whole stack in its order, until Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local import environment, leftovers, payments, postgres, stamps, storage
from local.ports import BadPort, addresses, asked_port, free_port, listens
from local.supervisor import ChildEnded, Stopped, Supervisor

MANAGE = (sys.executable, str(stamps.ROOT / "manage.py"))


#: Ctrl-C waits for nobody: what a job has not done by then begins anew at the next start.
GRACE = "5"
OPERATORS = "operators.json"
OPERATOR = {
    "subdomain": "ops",
    "email": "operator@ops.example",
    "password": "operator-workspace",
    "name": "Olga Operator",
}


class AnotherCopy(Exception):
    """Another copy works in the same DATA_DIR."""


FAILURES = (ChildEnded, BadPort, AnotherCopy, leftovers.StillRunning, postgres.ClusterFailed)


@dataclass(frozen=True)
class Stack:
    """Where this copy lives and listens."""

    data_dir: Path
    port: int
    binds: list[str]
    database_port: int
    mail_port: int
    mail_page: int
    run_id: str
    store: storage.Store
    payments: payments.Payments

    def variables(self) -> dict[str, str]:
        """What env.json says and each process is given in part."""
        kept = environment.kept_secrets(self.data_dir)
        urls = environment.database_urls(kept, port=self.database_port)
        return (
            urls
            | self.store.variables()
            | self.payments.variables()
            | {
                "LOCAL": "1",
                "DATA_DIR": str(self.data_dir),
                "SECRET_KEY": kept["secret_key"],
                "SCHEME": "http",
                "PUBLIC_HOST": f"localhost:{self.port}",
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": str(self.mail_port),
                "RUN_ID": self.run_id,
                "BIND": ",".join(self.binds),
                "WORKER_GRACE_SECONDS": GRACE,
            }
        )


def main() -> int:
    """The exit code: 0 when asked to end, 1 when something failed."""
    data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    supervisor = Supervisor()
    supervisor.listen_to_signals()
    try:
        with lock(data_dir):
            leftovers.clear(data_dir)
            serve(supervisor, plan(data_dir))
    except Stopped:
        supervisor.say("stack", "Stopped.")
        return 0
    except FAILURES as failure:
        if supervisor.stop_asked.is_set():
            return 0
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


def lock(data_dir: Path) -> IO[str]:
    """Hold DATA_DIR for this copy; one that is just ending is given a moment."""
    file = (data_dir / "lock").open("w")
    for _attempt in range(50):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            return file
    raise AnotherCopy(f"Another copy runs with DATA_DIR={data_dir}. Stop it or use another one.")


def plan(data_dir: Path) -> Stack:
    """Take PORT, or refuse; choose the other ports free."""
    port = asked_port(os.environ.get("PORT"))
    binds = addresses(port)
    mail_page = free_port(port + 25 if port < 60000 else 0)
    ports = {"database_port": free_port(), "mail_port": free_port(), "mail_page": mail_page}
    return Stack(
        data_dir,
        port,
        binds,
        **ports,
        run_id=secrets.token_hex(8),
        store=plan_store(data_dir, port),
        payments=plan_payments(data_dir, port),
    )


def plan_store(data_dir: Path, port: int) -> storage.Store:
    """The object store beside it, which the pages of the workspaces may use."""
    kept = environment.kept_secrets(data_dir)
    beside = port + 26 if port < 60000 else 0
    origin = f"http://*.localhost:{port}"
    return storage.make_store(data_dir / "s3", secrets=kept, origin=origin, port=beside)


def plan_payments(data_dir: Path, port: int) -> payments.Payments:
    """The Stripe simulator, which tells the public host what happened."""
    beside = port + 27 if port < 60000 else 0
    webhook = f"http://localhost:{port}/billing/webhook/"
    kept = environment.kept_secrets(data_dir)
    return payments.make_payments(data_dir / "stripe", secrets=kept, webhook=webhook, port=beside)


def serve(supervisor: Supervisor, stack: Stack) -> None:
    """Start everything in order, say so, and stay."""
    variables = stack.variables()
    postgres.drop_stale_lock(stack.data_dir / "pg")  # while nothing of ours runs yet
    try:
        start_storage(supervisor, stack.store)
        start_database(supervisor, stack, variables)
        environment.write_private(stack.data_dir / "env.json", json.dumps(variables, indent=1))
        bring_databases_to_head(supervisor, stack, variables)
        wait_for_storage(supervisor, stack.store)
        start_services(supervisor, stack, variables)
        seed_operators(supervisor, stack, variables)
        seed_demo(supervisor, stack, variables)
        announce(stack)
        supervisor.watch()
    finally:
        supervisor.stop()
        storage.drop_sockets(stack.store)
        (stack.data_dir / "env.json").unlink(missing_ok=True)


def start_database(supervisor: Supervisor, stack: Stack, variables: dict[str, str]) -> None:
    folder = stack.data_dir / "pg"
    kept = environment.kept_secrets(stack.data_dir)
    postgres.make_cluster(folder, password=kept[postgres.ADMIN])
    command = postgres.server_command(folder, port=stack.database_port)
    env = os.environ | {leftovers.MARK: str(stack.data_dir)}
    supervisor.start("postgres", command, env=env, stop_signal=signal.SIGINT)
    url = variables[environment.ADMIN]
    supervisor.wait_until(lambda: postgres.answers(url), what="PostgreSQL", seconds=120)


def start_storage(supervisor: Supervisor, store: storage.Store) -> None:
    env = storage.environment(store) | {leftovers.MARK: str(store.folder.parent)}
    supervisor.start("storage", storage.command(store), env=env)


def wait_for_storage(supervisor: Supervisor, store: storage.Store) -> None:
    """Until it has what it had before, and the bucket is as it should be."""
    supervisor.wait_until(lambda: storage.answers(store), what="The object store", seconds=60)
    storage.prepare(store)


def bring_databases_to_head(
    supervisor: Supervisor, stack: Stack, variables: dict[str, str]
) -> None:
    """Planes, roles and every workspace, unless the code has the shape they already have."""
    stamp, head = stack.data_dir / "planes.stamp", stamps.schema_hash()
    if stamps.is_current(stamp, head):
        return
    env = environment.process_environment(variables, without=())
    supervisor.run_step("planes", [*MANAGE, "setup_planes"], env=env)
    supervisor.run_step("fleet", [*MANAGE, "migrate_fleet"], env=env)
    stamp.write_text(head)


def start_services(supervisor: Supervisor, stack: Stack, variables: dict[str, str]) -> None:
    everyday = (*environment.OWNERS, environment.ADMIN)
    web = environment.process_environment(variables, without=everyday)
    owner = environment.process_environment(variables, without=(environment.ADMIN,))
    start_mail(supervisor, stack, web)
    supervisor.start("stripe", stack.payments.command(), env=web)
    supervisor.wait_until(stack.payments.answers, what="The Stripe simulator", seconds=30)
    bring_catalogue(supervisor, stack, web)
    supervisor.start("provisioner", [*MANAGE, "run_provisioner"], env=metered(owner, 2))
    supervisor.start("worker", [*MANAGE, "run_worker"], env=metered(web, 1))
    supervisor.start("scheduler", [*MANAGE, "run_scheduler"], env=metered(web, 4))
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "app/config/gunicorn.py"]
    supervisor.start("web", gunicorn, env=web)
    ready = f"http://127.0.0.1:{stack.port}/readyz"
    supervisor.wait_until(lambda: run_id_at(ready) == stack.run_id, what="The web", seconds=120)
    supervisor.start("biller", [*MANAGE, "run_billing"], env=metered(web, 3))


def bring_catalogue(supervisor: Supervisor, stack: Stack, env: dict[str, str]) -> None:
    """Plans and prices to the simulator, unless it has those of this code."""
    stamp, head = stack.payments.folder / "catalogue.stamp", stamps.catalogue_hash()
    if not stamps.is_current(stamp, head):
        supervisor.run_step("catalogue", [*MANAGE, "sync_catalogue"], env=env)
        stamp.write_text(head)


def metered(env: dict[str, str], place: int) -> dict[str, str]:
    """The processes of one machine tell their metrics side by side, when they are asked for."""
    port = env.get("METRICS_PORT", "0")
    if not port.isdigit() or not int(port):
        return env
    return env | {"METRICS_PORT": str(int(port) + place)}


def start_mail(supervisor: Supervisor, stack: Stack, env: dict[str, str]) -> None:
    ports = [str(stack.mail_port), str(stack.mail_page)]
    folder = str(stack.data_dir / "mail")
    supervisor.start("mail", [sys.executable, "-m", "local.mail", folder, *ports], env=env)
    up = (stack.mail_port, stack.mail_page)
    supervisor.wait_until(lambda: all(map(listens, up)), what="The mail catcher", seconds=30)


def run_id_at(url: str) -> str | None:
    """Which copy answers there, if any does."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (our own address)
            run: str | None = json.load(answer).get("run")
            return run
    except (OSError, ValueError, urllib.error.URLError):
        return None


def seed_operators(supervisor: Supervisor, stack: Stack, variables: dict[str, str]) -> None:
    """The operators' workspace and one of them, once for a data folder."""
    note = stack.data_dir / OPERATORS
    if note.is_file():
        return
    env = environment.process_environment(variables, without=(environment.ADMIN,))
    account = [f"--{key}={OPERATOR[key]}" for key in ("email", "password", "name")]
    supervisor.run_step("operators", [*MANAGE, "create_operator", *account], env=env)
    note.write_text(json.dumps(OPERATOR))


def seed_demo(supervisor: Supervisor, stack: Stack, variables: dict[str, str]) -> None:
    """Fill the workspace `demo` once for a data folder."""
    if (stack.data_dir / "demo.json").is_file():
        return
    env = environment.process_environment(variables, without=(environment.ADMIN,))
    supervisor.run_step("demo", [sys.executable, "-m", "local.demo"], env=env)


def announce(stack: Stack) -> None:
    """The lines that people and scripts wait for."""
    print(f"Mail:  http://localhost:{stack.mail_page}")
    print(f"Money: {stack.payments.address}  (Stripe simulated: customers, invoices, time)")
    for title, name in (("Demo", "demo.json"), ("Ops", OPERATORS)):
        file = stack.data_dir / name
        if file.is_file():
            print(sign_in_line(title, json.loads(file.read_text()), port=stack.port))
    print(f"Ready: http://localhost:{stack.port}", flush=True)


def sign_in_line(title: str, note: dict[str, str], *, port: int) -> str:
    """Where and as whom one may look at a workspace of the local stack."""
    address = f"http://{note['subdomain']}.localhost:{port}"
    return f"{title + ':':<7}{address}  user {note['email']}  password {note['password']}"
