"""Index of the models, so that Django finds them."""

from app.office.departments import Department
from app.office.employees import Employee

__all__ = ["Department", "Employee"]
