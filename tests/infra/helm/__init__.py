"""The chart: what it refuses, what it renders, and what every rendered object must be."""
