"""Index of the models, so that Django finds them."""

from app.setup.exports import Export
from app.setup.hand_overs import HandOver, HandOverBatch

__all__ = ["Export", "HandOver", "HandOverBatch"]
