"""Which names a company may take."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]", re.ASCII)

#: Names that a visitor would take for ours, or that we need.
_RESERVED = """
    about abuse account accounts admin administrator api app apps assets auth autoconfig
    autodiscover beta billing blog cdn chat clientele cloud console contact crm dashboard dev
    developer developers dns docs download email example faq files find forum ftp git healthz
    help home host hostmaster imap info internal invoice invoices jobs legal localhost login
    logout mail marketing media metrics mobile monitor mx news noreply ns ns1 ns2 oauth ops
    owner partner partners pay payment payments pop pop3 portal postmaster pricing privacy
    private public readyz root sales secure security server settings setup shop signin signup
    sitemap smtp ssh ssl staff staging static stats status store stripe support sysadmin system
    team teams terms test testing tls tools upload uploads webhook webhooks webmail webmaster
    wiki workspace www www1 www2
"""
RESERVED = frozenset(_RESERVED.split())


def validate_subdomain(value: str) -> None:
    """3 to 40 of a-z, 0-9 and hyphen, not at the ends, no punycode, not a reserved name."""
    if not SHAPE.fullmatch(value) or value.startswith("xn--"):
        raise ValidationError(
            _("Use 3 to 40 lowercase letters, digits or hyphens; no hyphen at the ends."),
            code="shape",
        )
    if value in RESERVED or value == settings.OPERATORS_SUBDOMAIN:
        raise ValidationError(_("This address is reserved. Choose another one."), code="reserved")
