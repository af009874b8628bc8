"""A ledger in PostgreSQL, for many processes."""
