"""The release after this one: the same code with one field more, and the migration that adds it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.infra import tools
from tests.infra.rolling.cluster import Release

PARTS = ("app", "billing", "tenants")
PRODUCTS = Path("app/catalog/products.py")
MIGRATIONS = Path("app/catalog/migrations")
FIELD = 'models.CharField(max_length=80, blank=True, default="", db_default="")'
#: The database fills the column in, so that the release before may go on to make products.
MIGRATION = f"""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "{{last}}")]
    operations = [migrations.AddField("product", "warranty", {FIELD})]
"""


def make(folder: Path) -> Release:
    """A copy of the code that knows a warranty of products."""
    for name in PARTS:
        shutil.copytree(tools.ROOT / name, folder / name)
    shutil.copy(tools.ROOT / "manage.py", folder)
    (folder / "build").symlink_to(tools.ROOT / "build")
    _add_field(folder / PRODUCTS)
    last = max(path.stem for path in (folder / MIGRATIONS).glob("0*.py"))
    (folder / MIGRATIONS / "9000_warranty.py").write_text(MIGRATION.format(last=last))
    return Release("second", folder)


def _add_field(products: Path) -> None:
    text = products.read_text()
    line = '    description = models.TextField(_("Description"), blank=True)\n'
    assert text.count(line) == 1, "tell this module how products are declared now"
    field = FIELD.replace("CharField(", 'CharField(_("Warranty"), ')
    text = text.replace(line, f"{line}    warranty = {field}\n")
    products.write_text(text.replace('("description",)', '("description", "warranty")'))
