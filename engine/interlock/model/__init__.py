"""The nouns: frozen, and if one exists, it is valid."""
