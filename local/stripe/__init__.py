"""A stand-in for Stripe on this machine: the real client speaks to it, nothing is charged.

It holds products, prices, customers, cards, subscriptions, invoices and events in one SQLite
file, shows the hosted pages, sends signed webhooks, and its clock can be moved forward.
"""
