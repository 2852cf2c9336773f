"""What the simulator takes is what the real client declares; what it answers, the client reads."""

from __future__ import annotations

import importlib
import typing
from collections.abc import Mapping

import pytest
import stripe

import local.stripe.program  # noqa: F401 (registers every route)
from local.stripe.routes import ROUTES
from local.stripe.world import VERSION

#: Route: the client's declaration of its parameters.
DECLARED = {
    "POST /v1/products": "_product_create_params.ProductCreateParams",
    "POST /v1/products/{id}": "_product_update_params.ProductUpdateParams",
    "GET /v1/products": "_product_list_params.ProductListParams",
    "POST /v1/prices": "_price_create_params.PriceCreateParams",
    "POST /v1/prices/{id}": "_price_update_params.PriceUpdateParams",
    "GET /v1/prices": "_price_list_params.PriceListParams",
    "POST /v1/tax_rates": "_tax_rate_create_params.TaxRateCreateParams",
    "POST /v1/tax_rates/{id}": "_tax_rate_update_params.TaxRateUpdateParams",
    "GET /v1/tax_rates": "_tax_rate_list_params.TaxRateListParams",
    "POST /v1/customers": "_customer_create_params.CustomerCreateParams",
    "POST /v1/customers/{id}": "_customer_update_params.CustomerUpdateParams",
    "GET /v1/customers": "_customer_list_params.CustomerListParams",
    "POST /v1/customers/{id}/tax_ids": "_customer_tax_id_create_params.CustomerTaxIdCreateParams",
    "POST /v1/customers/{id}/balance_transactions": (
        "_customer_balance_transaction_create_params.CustomerBalanceTransactionCreateParams"
    ),
    "POST /v1/payment_methods": "_payment_method_create_params.PaymentMethodCreateParams",
    "POST /v1/payment_methods/{id}": "_payment_method_update_params.PaymentMethodUpdateParams",
    "GET /v1/payment_methods": "_payment_method_list_params.PaymentMethodListParams",
    "POST /v1/setup_intents": "_setup_intent_create_params.SetupIntentCreateParams",
    "POST /v1/setup_intents/{id}/confirm": "_setup_intent_confirm_params.SetupIntentConfirmParams",
    "POST /v1/setup_intents/{id}/cancel": "_setup_intent_cancel_params.SetupIntentCancelParams",
    "POST /v1/checkout/sessions": "checkout._session_create_params.SessionCreateParams",
    "GET /v1/checkout/sessions": "checkout._session_list_params.SessionListParams",
    "POST /v1/subscriptions": "_subscription_create_params.SubscriptionCreateParams",
    "POST /v1/subscriptions/{id}": "_subscription_update_params.SubscriptionUpdateParams",
    "GET /v1/subscriptions": "_subscription_list_params.SubscriptionListParams",
    "DELETE /v1/subscriptions/{id}": "_subscription_cancel_params.SubscriptionCancelParams",
    "POST /v1/subscriptions/{id}/resume": "_subscription_resume_params.SubscriptionResumeParams",
    "POST /v1/subscription_items/{id}": (
        "_subscription_item_update_params.SubscriptionItemUpdateParams"
    ),
    "POST /v1/subscription_schedules": (
        "_subscription_schedule_create_params.SubscriptionScheduleCreateParams"
    ),
    "POST /v1/subscription_schedules/{id}": (
        "_subscription_schedule_update_params.SubscriptionScheduleUpdateParams"
    ),
    "GET /v1/subscription_schedules": (
        "_subscription_schedule_list_params.SubscriptionScheduleListParams"
    ),
    "POST /v1/invoices/{id}": "_invoice_update_params.InvoiceUpdateParams",
    "GET /v1/invoices": "_invoice_list_params.InvoiceListParams",
    "POST /v1/invoices/create_preview": "_invoice_create_preview_params.InvoiceCreatePreviewParams",
    "POST /v1/invoices/{id}/pay": "_invoice_pay_params.InvoicePayParams",
    "POST /v1/invoices/{id}/finalize": (
        "_invoice_finalize_invoice_params.InvoiceFinalizeInvoiceParams"
    ),
    "GET /v1/invoice_payments": "_invoice_payment_list_params.InvoicePaymentListParams",
    "POST /v1/refunds": "_refund_create_params.RefundCreateParams",
    "POST /v1/credit_notes": "_credit_note_create_params.CreditNoteCreateParams",
    "GET /v1/events": "_event_list_params.EventListParams",
    "POST /v1/webhook_endpoints": "_webhook_endpoint_create_params.WebhookEndpointCreateParams",
    "POST /v1/webhook_endpoints/{id}": (
        "_webhook_endpoint_update_params.WebhookEndpointUpdateParams"
    ),
    "POST /v1/billing_portal/configurations": (
        "billing_portal._configuration_create_params.ConfigurationCreateParams"
    ),
    "POST /v1/billing_portal/configurations/{id}": (
        "billing_portal._configuration_update_params.ConfigurationUpdateParams"
    ),
    "POST /v1/billing_portal/sessions": (
        "billing_portal._session_create_params.SessionCreateParams"
    ),
    "POST /v1/test_helpers/test_clocks": (
        "test_helpers._test_clock_create_params.TestClockCreateParams"
    ),
    "POST /v1/test_helpers/test_clocks/{id}/advance": (
        "test_helpers._test_clock_advance_params.TestClockAdvanceParams"
    ),
}


#: Names that the client imports for type checkers only.
FOREIGN = {"StripeContext": object, "Mapping": Mapping, "Any": object}


def shape_of(where):
    method, path = where.split(" ")
    parts = tuple("{}" if part.startswith("{") else part for part in path.strip("/").split("/"))
    for route in ROUTES[method, len(parts)]:
        if tuple("{}" if part.startswith("{") else part for part in route.parts) == parts:
            return route.shape
    raise AssertionError(where)


def declaration(where):
    module, _, name = DECLARED[where].rpartition(".")
    found = importlib.import_module(f"stripe.params.{module}")
    return vars(found)[name], FOREIGN | vars(found)


def fields_of(kind, names):
    """The parameters of a declared dictionary; None where anything may stand."""
    hints = typing.get_type_hints(kind, globalns=names, include_extras=False)
    return {name: hint for name, hint in hints.items() if name != "expand"}


def dictionaries(hint, names):
    """The declared dictionaries within a hint."""
    if isinstance(hint, typing.ForwardRef | str):
        text = hint if isinstance(hint, str) else hint.__forward_arg__
        hint = eval(text, names)
    if typing.get_origin(hint) is typing.Literal:
        return []
    if isinstance(hint, type) and hasattr(hint, "__required_keys__"):
        return [hint]
    return [found for part in typing.get_args(hint) for found in dictionaries(part, names)]


def undeclared(shape, kinds, names, at=""):
    """Parameters that the simulator takes and the client does not know."""
    known = {}
    for kind in kinds:
        known |= fields_of(kind, names)
    for name, taken in shape.items():
        if name == "expand":
            continue
        if name not in known:
            yield f"{at}{name}"
            continue
        inner = taken[0] if isinstance(taken, list) else taken
        if isinstance(inner, Mapping):
            deeper = dictionaries(known[name], names)
            yield from undeclared(inner, deeper, names, f"{at}{name}.")


@pytest.mark.parametrize("where", DECLARED)
def test_nothing_is_taken_that_the_client_does_not_declare(where):
    kind, names = declaration(where)
    assert list(undeclared(shape_of(where), [kind], names)) == []


def test_every_route_that_takes_something_is_compared():
    told = {"expand", "metadata", "limit", "starting_after", "ending_before", "created"}
    routes = {
        f"{method} /{'/'.join(route.parts)}"
        for (method, _count), found in ROUTES.items()
        for route in found
        if set(route.shape) - told and method == "POST"
    }
    generic = {where.partition("{")[0] + where.rpartition("}")[2] for where in DECLARED}
    few = {
        "POST /v1/payment_methods/{id}/attach",
        "POST /v1/invoices/{id}/mark_uncollectible",
        "POST /v1/subscription_schedules/{id}/release",
        "POST /v1/subscription_schedules/{id}/cancel",
        "POST /v1/credit_notes/{id}",
    }
    left = {where for where in routes - few if _plain(where) not in generic}
    assert left == set()


def _plain(where):
    return where.partition("{")[0] + where.rpartition("}")[2]


def test_the_version_is_that_of_the_client():
    assert stripe.api_version == VERSION
