"""Each root against moto: applied, planned again without a difference, destroyed."""

from __future__ import annotations

import shutil

import pytest

from tests.infra import tools
from tests.infra.terraform import chains, drift
from tests.infra.terraform.rules import RULES, resources

#: The other chains are applied by hand: in a second plan moto still replaces their cluster, whose
#: access configuration it does not tell, and cannot list what a backup vault holds to destroy it.
RUN = ["states"]
ROOTS = [root for name in RUN for root in chains.CHAINS[name]]


@pytest.fixture(scope="module")
def stories() -> dict[str, chains.Story]:
    """The roots at once; their folders stay in build/ to be looked at."""
    folder = tools.ROOT / "build" / "infra-work" / "roots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = chains.run(RUN, folder)
    for story in told.values():
        print(f"{story.root}: {story.seconds}, {len(resources(story.state))} resources")
    return told


@pytest.mark.parametrize("root", ROOTS)
def test_a_root_is_applied_and_destroyed(stories, root):
    story = stories[root]
    assert not story.error, story.error
    assert len(resources(story.state)) >= 8
    assert story.left == ""


@pytest.mark.parametrize("root", ROOTS)
def test_a_second_plan_changes_nothing(stories, root):
    assert stories[root].again, stories[root].error
    assert drift.unexplained(stories[root].again) == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("root", ROOTS)
def test_what_was_made_keeps_the_rules(stories, root, rule):
    assert stories[root].state, stories[root].error
    assert rule(stories[root].state) == []


@pytest.mark.parametrize("root", ROOTS)
def test_no_password_stands_in_the_state(stories, root):
    """Passwords are ephemeral: what holds one is written and never read back."""
    state = stories[root].raw_state
    assert state
    assert "postgresql://" not in state
    for resource in resources(stories[root].state, "aws_secretsmanager_secret_version"):
        assert not resource["values"].get("secret_string")
        assert not resource["values"].get("secret_string_wo")
