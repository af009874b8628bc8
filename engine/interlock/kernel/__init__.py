"""Verdicts in, one decision out: pure, and small enough to read at a sitting.

The kernel knows nothing of CEL, files, protocols or time; it is handed what
every rule said and which layer demands what.
"""
