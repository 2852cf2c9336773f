"""The whole cloud on one machine, for `make run` and the tests. Nothing of the product imports it."""
