"""From documents to the model: checked documents in, valid nouns or problems with positions out.

Loading collects every problem of every document and raises on none of them; it
decides nothing.
"""
