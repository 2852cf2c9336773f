"""Index of the models, so that Django finds them."""

from tests.extra.loans import Loan

__all__ = ["Loan"]
