"""Index of the models, so that Django finds them."""

from app.catalog.products import Product

__all__ = ["Product"]
