"""Where ledgers are kept: each module knows one database."""
