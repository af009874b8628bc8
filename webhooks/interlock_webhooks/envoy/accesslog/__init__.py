"""Access logs: what requests used in the end, so that what was held for them is settled."""
