"""A shop over the simulator, for the pages of the plan."""

from tests.billing.conftest import other_shop, shop

__all__ = ["other_shop", "shop"]
