"""The Jinja2 environment of all pages."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined, pass_eval_context, select_autoescape
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.lib.people import avatar


def environment(**options: Any) -> Environment:
    """Autoescaping, translated, strict about names that do not exist."""
    options["autoescape"] = select_autoescape(disabled_extensions=("txt",), default=True)
    options["undefined"] = StrictUndefined
    options["extensions"] = ["jinja2.ext.i18n", "jinja2.ext.do"]
    options["trim_blocks"] = options["lstrip_blocks"] = True
    env = Environment(**options)  # noqa: S701 (autoescape is on: see above)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals.update(_=_gettext, gettext=_gettext)
    env.globals.update(static=_static, svg=_svg, url=_url, language=translation.get_language)
    env.globals.update(avatar=avatar)
    return env


@cache
def _static(path: str) -> str:
    """The address of a static file; its hashed name does not change while we run."""
    return static(path)


@cache
def _svg(name: str, css: str = "") -> Markup:
    """An icon of the sprite; pages hold dozens, so each is written once."""
    shape = f"{_static('icons.svg')}#{name}"
    return Markup('<svg class="ic {}" aria-hidden="true"><use href="{}"/></svg>').format(css, shape)


@pass_eval_context
def _gettext(context: EvalContext, message: str, **values: Any) -> str:
    """What Jinja's own `_` answers; that one translates and formats every text anew."""
    said = (_said_in_html if context.autoescape else _said)(translation.get_language(), message)
    return said % values if values or "%" in said else said


@lru_cache(maxsize=5_000)
def _said(_language: str | None, message: str) -> str:
    return translation.gettext(message)


@lru_cache(maxsize=5_000)
def _said_in_html(_language: str | None, message: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704 (our own catalogues)


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)
