"""Extractors: each turns one protocol's object into an Intent.

They are pure. They believe nothing that they can't read: a fact that is
somewhere but can't be known is `unknown` and noted as unresolved, and an
object that can't be understood is a RequestError, never an Intent.
"""
