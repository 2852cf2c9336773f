"""Everything that is said to the payment provider; the only importer of its client.

Plain functions that take and give plain values: the client's objects are no dicts, and no other
module should depend on how they behave.
"""
