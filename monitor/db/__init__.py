"""The only code that knows SQL: tables, migrations, queries. Rows never leave it; records do."""
