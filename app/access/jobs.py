"""What access does in the background."""

from __future__ import annotations

from app.access import inviting, plan_news, support_mails
from app.access.mails import language_of, send
from app.access.models import User, Workspace
from app.access.verification import ask_once
from tenants.context import current
from tenants.jobs import task
from tenants.routing import workspace_url
from tenants.schedules import every


@task(name="access.ask_for_proof", attempts=8)
def ask_for_proof(*, user_id: int) -> None:
    """Mail somebody the link that proves his address."""
    ask_once(User.objects.get(pk=user_id))


@task(name="access.tell_of_sign_in", attempts=8)
def tell_of_sign_in(*, user_id: int, what: str, program: str = "", ip: str = "") -> None:
    """Mail somebody that the way he signs in has changed, or that he signed in elsewhere."""
    user = User.objects.get(pk=user_id)
    if user.email:
        send(
            "sign_in_changed",
            to=user.email,
            language=language_of(user),
            name=user.name,
            workspace=Workspace.objects.get().name,
            what=what,
            program=program,
            ip=ip,
            url=workspace_url(current().subdomain, "/settings/security/"),
        )


@task(name="access.tell_of_plan", attempts=8)
def tell_of_plan(*, user_id: int, news: str, cause: str, until: str, days: int = 0) -> None:
    """Mail an owner what became of the plan."""
    plan_news.mail(user_id, news=news, cause=cause, until=until, days=days)


@every("11 * * * *", name="access.remind_of_trial")
def remind_of_trial() -> None:
    """Speak of the end of the trial when it is near."""
    plan_news.remind()


@task(name="access.send_invitation", attempts=8)
def send_invitation(*, invitation_id: int) -> None:
    """Mail somebody the link by which he joins."""
    inviting.send(invitation_id)


@task(name="access.tell_of_support", attempts=8)
def tell_of_support(*, access_id: int) -> None:
    """Mail owner and administrators that somebody of ours asks to be let in."""
    support_mails.tell(access_id)
