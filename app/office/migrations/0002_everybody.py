"""Everybody who was in the workspace before the directory was gets his row."""

from django.db import migrations

NEW = """
INSERT INTO office_employee (name, sort_key, external_id, created_at, updated_at, version, custom,
    person_id, number, post, work_phone, mobile, office, degree, school, subject, note)
SELECT u.name, u.sort_key, '', now(), now(), 1, '{}', u.id, '', '', '', '', '', '', '', '', ''
FROM access_user u
WHERE NOT EXISTS (SELECT 1 FROM office_employee e WHERE e.person_id = u.id)
ORDER BY u.id
"""
UNKNOWN = """
SELECT e.id, e.name, e.sort_key FROM office_employee e
WHERE e.deleted_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM records_searchentry s WHERE s.entity = 'employees' AND s.record_id = e.id)
"""
FOUND = """
INSERT INTO records_searchentry (entity, record_id, title, sort_key, text, tokens)
VALUES ('employees', %s, %s, %s, %s, %s::tsvector)
"""


def enter_everybody(apps, schema_editor):
    from app.records.tokens import normal, tsvector

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NEW)
        cursor.execute(UNKNOWN)
        for pk, name, sort_key in cursor.fetchall():
            text = normal(name)
            cursor.execute(FOUND, [pk, name, sort_key, text, tsvector(text)])


class Migration(migrations.Migration):

    dependencies = [
        ("office", "0001_office"),
        ("access", "0001_initial"),
        ("records", "0001_initial"),
    ]

    operations = [migrations.RunPython(enter_everybody, migrations.RunPython.noop)]
