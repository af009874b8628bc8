"""CEL from requests: read and evaluated without the checker, and so without types, in Python alone."""
