"""Migrations of the store, run by ``Database.upgrade``."""
