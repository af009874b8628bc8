"""A ledger in a server of Valkey or Redis, for many."""
