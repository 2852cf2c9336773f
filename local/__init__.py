"""The whole cloud on one machine, for `make run` and the tests; the product never imports it."""
