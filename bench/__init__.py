"""What the product costs, beside what the same SQL costs without it."""
