"""What operators do is written down, with the reason."""

from __future__ import annotations

from typing import Any

from app.access.requests import SignedInRequest
from tenants.models import Tenant
from tenants.operating import OperatorAct


def note_act(
    request: SignedInRequest,
    what: str,
    *,
    tenant: Tenant | None = None,
    reason: str = "",
    **facts: Any,
) -> OperatorAct:
    """Write down an act of the person who asks."""
    return OperatorAct.objects.create(
        what=what,
        tenant=tenant,
        company=tenant.company if tenant else "",
        reason=reason,
        facts=facts,
        by_number=request.actor.user_id,
        by=name_of(request),
    )


def name_of(request: SignedInRequest) -> str:
    """How the trail of money and the other side name this operator."""
    return f"{request.actor.name} <{request.actor.email}>"
