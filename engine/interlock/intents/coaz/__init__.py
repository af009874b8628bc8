"""COAZ: which accesses a call of a tool is, as the tool's own server declares."""
