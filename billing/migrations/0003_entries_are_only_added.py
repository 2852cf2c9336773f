from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit are only added' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER billing_entry_stays BEFORE UPDATE OR DELETE ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION billing_entry_stays();
"""
BACKWARD = """
DROP TRIGGER billing_entry_stays ON billing_entry;
DROP FUNCTION billing_entry_stays();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0002_checkout_and_marks'),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
