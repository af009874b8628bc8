"""The kinds of documents, as pydantic models: what an author may write.

A model here knows the shape of one document. What needs two fields, two
documents or the CEL compiler to tell is checked elsewhere. Every field's
description is what an editor shows.
"""
