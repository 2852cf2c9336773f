"""Index of the models, so that Django finds them."""

from app.activities.activities import Activity

__all__ = ["Activity"]
