"""What must outlive a process, in SQLite by default and in PostgreSQL by URL; one module a room."""

from cookbook_search.store.database import Database, open_database

__all__ = ["Database", "open_database"]
