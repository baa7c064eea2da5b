"""Alembic migrations of the clinic's database."""
