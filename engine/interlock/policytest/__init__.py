"""Unit tests of policies: given this input, expect this decision for these reasons.

Tests are documents beside the policies. They are read with the reader of
policies and decided by the engine that serves; here is only what is compared.
"""
