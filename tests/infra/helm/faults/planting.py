"""A fault is the rule that must see it, the object, the path within, and what stands there."""

from __future__ import annotations

from typing import Any

from tests.infra.helm.chart import Release

GONE = object()
#: As the last step of a path: one more in the list.
MORE = "+"
WEB, WORKER, JOB = (
    "Deployment/clientele-web",
    "Deployment/clientele-worker",
    "Job/clientele-migrate",
)
POD = "spec template spec"
BOX = f"{POD} containers 0"
ALB = "metadata annotations alb.ingress.kubernetes.io/"
LABEL = "app.kubernetes.io/component"
OPEN = {"ports": [{"protocol": "TCP", "port": 8000}], "from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}
#: The fourth egress rule of a role's policy is the internet: names, two databases, then it.
NET = "spec egress 3 to 0 ipBlock"
POLICY = "NetworkPolicy/clientele-"
Fault = tuple[str, str, str, Any]


def plant(release: Release, where: str, path: str, value: Any) -> None:
    """Change one thing of the release, or take it away."""
    kind, name = where.split("/")
    if not path and value is not GONE:
        release.objects.append({"metadata": {"name": name}} | value)
        return
    thing: Any = release.one(kind, name)
    if not path:
        release.objects.remove(thing)
        return
    *steps, last = path.split()
    for step in steps:
        thing = thing[int(step)] if isinstance(thing, list) else thing[step]
    _change(thing, last, value)


def _change(thing: Any, last: str, value: Any) -> None:
    key = int(last) if isinstance(thing, list) and last != MORE else last
    if last == MORE:
        thing.append(value)
    elif value is GONE:
        del thing[key]
    else:
        thing[key] = value
