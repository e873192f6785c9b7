"""Facts in PostgreSQL: tables, migrations, one repository per aggregate. Every SQL statement of the project is in here."""
