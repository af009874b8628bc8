"""Decisions as they are written down."""
