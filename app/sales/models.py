"""Index of the models, so that Django finds them."""

from app.sales.accounts import Account
from app.sales.contacts import Contact
from app.sales.deals import Deal, StageChange
from app.sales.pipelines import Pipeline, Stage

__all__ = ["Account", "Contact", "Deal", "Pipeline", "Stage", "StageChange"]
