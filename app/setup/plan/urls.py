"""Addresses under /settings/plan/."""

from __future__ import annotations

from django.urls import path

from app.setup.plan import books, changing, ending, first, overview

urlpatterns = [
    path("", overview.overview, name="plan"),
    path("back/", overview.back, name="plan_back"),
    path("asked/<uuid:uuid>/", overview.asked, name="plan_asked"),
    path("buy/", first.buy, name="plan_buy"),
    path("portal/", first.portal, name="plan_portal"),
    path("pay/", first.pay, name="plan_pay"),
    path("free/", first.free, name="plan_free"),
    path("seats/", changing.change_seats, name="plan_seats"),
    path("change/", changing.change_plan, name="plan_change"),
    path("confirm/", changing.confirm, name="plan_confirm"),
    path("later/", changing.later, name="plan_later"),
    path("keep/", changing.keep, name="plan_keep"),
    path("cancel/", ending.cancel, name="plan_cancel"),
    path("resume/", ending.resume, name="plan_resume"),
    path("invoices/", books.invoices, name="plan_invoices"),
    path("details/", books.details, name="plan_details"),
]
