"""Every action over HTTP, in turns with its bare answer."""

from __future__ import annotations

import contextlib
import http.cookies
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench import cpu, recording
from bench.actions import ACTIONS, VARIANTS, Action, Person, Setting, do
from bench.server import Server
from bench.web import Web, running_web
from tenants.context import use_tenant
from tests import planes
from tests.seeding import PASSWORD

EMAIL = "alice@acme.example"
ROUNDS, TURNS, WARM = 14, 8, 12


@dataclass
class Series:
    """What the turns of one action cost."""

    cpu_ms: list[float] = field(default_factory=list)  #: a mean for each round
    wall_ms: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """The lower quartile of the rounds: whoever shares the machine only ever adds to it."""
        return statistics.quantiles(self.cpu_ms, n=4)[0]

    def wall(self, part: float) -> float:
        """The turn that this part of all turns was quicker than."""
        return sorted(self.wall_ms)[int(len(self.wall_ms) * part)]


@dataclass
class Line:
    """One action of the table."""

    action: Action
    queries: int
    product: Series = field(default_factory=Series)
    bare: Series = field(default_factory=Series)

    @property
    def ratio(self) -> float:
        """How many times its bare answer the product costs."""
        return self.product.cpu / self.bare.cpu


def measure(server: Server, *, only: str = "") -> list[Line]:
    """Every action, in rounds of turns: the product's, then the bare ones."""
    actions = [one for one in ACTIONS if only in one.name]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clientele-bench-")))
        person, settings = _prepare(folder)
        told = {"BENCH_RECORDINGS": str(folder), "BENCH_SESSION": _session()}
        lines = _record(actions, settings[0], person, folder, told)
        product, bare = (
            stack.enter_context(
                running_web(name, host="acme.localhost", log=folder / f"{place}.log", **told)
            )
            for place, name in enumerate(("app.config.wsgi:application", "bench.bare:application"))
        )
        for line in lines:
            _turns(product, line, settings[1], person, range(WARM))
            _bare_turns(bare, line, range(WARM))
        for number in range(ROUNDS):
            for line in lines:
                turns = range(WARM + number * TURNS, WARM + (number + 1) * TURNS)
                with _counted(server, product, line.product, TURNS):
                    line.product.wall_ms += _turns(product, line, settings[1], person, turns)
                with _counted(server, bare, line.bare, TURNS):
                    line.bare.wall_ms += _bare_turns(bare, line, turns)
    return lines


def _prepare(folder: Path) -> tuple[Person, tuple[Setting, Setting]]:
    """Sign in, and choose the records: some for the recording, others for the measurement."""
    with running_web(
        "app.config.wsgi:application", host="acme.localhost", log=folder / "login.log"
    ) as web:
        cookies, csrf = _sign_in(web)
    with use_tenant(planes.ref_at("acme")):
        from app.access.models import User
        from app.access.tokens import make_token

        alice = User.objects.get(email=EMAIL)
        _token, secret = make_token(alice, name="bench")
        return Person(cookies, csrf, secret), (_setting(0), _setting(VARIANTS))


def _sign_in(web: Web) -> tuple[str, str]:
    _status, headers, page = web.ask("GET", "/login/", None, {})
    cookies = _cookies(headers.get_all("Set-Cookie") or [])
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    form = {"email": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": found[1].decode()}
    sent = {"Cookie": _joined(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    status, headers, answer = web.ask("POST", "/login/", urlencode(form).encode(), sent)
    assert status == 302, answer[:2000]
    cookies |= _cookies(headers.get_all("Set-Cookie") or [])
    return _joined(cookies), cookies["csrftoken"]


def _cookies(headers: list[str]) -> dict[str, str]:
    jar = http.cookies.SimpleCookie()
    for header in headers:
        jar.load(header)
    return {name: morsel.value for name, morsel in jar.items()}


def _joined(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _setting(start: int) -> Setting:
    from app.records import keyset
    from app.sales.models import Account, Contact, Deal, Stage

    stages = list(
        Stage.objects.filter(kind="open").order_by("position").values_list("pk", flat=True)
    )
    deals = Deal.objects.filter(stage_id=stages[0], version=1).order_by("pk")
    chosen = list(deals.values_list("pk", "version")[start : start + VARIANTS])
    accounts = Account.objects.order_by("pk").values_list("pk", flat=True)
    place = Contact.objects.count() * 9 // 10
    rows = Contact.objects.order_by("sort_key", "pk").values_list("sort_key", "pk")
    cursor = keyset.Cursor("name", rows[place], False, False)
    return Setting(
        list(accounts[start : start + 50]),
        chosen,
        stages[:2],
        keyset.encode(cursor),
        {pk: (version, 0) for pk, version in chosen},
    )


def _session() -> str:
    ref = planes.ref_at("acme")
    path = ", ".join(ref.search_path)
    return f"SET search_path = {path}; SET app.actor = '1'; SET ROLE {ref.role}"


def _record(
    actions: list[Action], setting: Setting, person: Person, folder: Path, told: dict[str, str]
) -> list[Line]:
    """What each action sends, once in each variant, and there and back again for a move."""
    with running_web(
        "bench.recording:application", host="acme.localhost", log=folder / "record.log", **told
    ) as web:
        lines = []
        for action in actions:
            for turn in range(2 * VARIANTS):
                do(web, action, turn + 1_000_000, setting, person)
            for turn in range(2 * VARIANTS):
                do(web, action, turn, setting, person, **{"X-Bench-Record": _name(action, turn)})
            lines.append(Line(action, max(_statements(folder, action))))
    return lines


def _name(action: Action, turn: int) -> str:
    return f"{action.name.replace(' ', '-')}-{turn % (2 * VARIANTS)}"


def _statements(folder: Path, action: Action) -> Iterator[int]:
    for turn in range(2 * VARIANTS):
        found = recording.pickle.loads((folder / f"{_name(action, turn)}.pickle").read_bytes())
        yield len(found.statements)


@contextlib.contextmanager
def _counted(server: Server, web: Web, series: Series, turns: int) -> Iterator[None]:
    before = cpu.tree_ms(server.pid, web.pid)
    yield
    series.cpu_ms.append((cpu.tree_ms(server.pid, web.pid) - before) / turns)


def _turns(web: Web, line: Line, setting: Setting, person: Person, turns: range) -> list[float]:
    return [_timed(lambda t=turn: do(web, line.action, t, setting, person)) for turn in turns]


def _bare_turns(web: Web, line: Line, turns: range) -> list[float]:
    method = "POST" if line.action.is_write else "GET"
    return [
        _timed(lambda t=turn: web.ask(method, f"/{_name(line.action, t)}", None, {}))
        for turn in turns
    ]


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
