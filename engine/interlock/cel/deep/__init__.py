"""Expressions deeper than the checker takes: where to cut them, and how their parts are checked alone."""
