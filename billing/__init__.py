"""Money: plans, seats and subscriptions of the companies; the control plane's second app."""
