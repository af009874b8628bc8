"""A ledger in a file of SQLite, for one process."""
