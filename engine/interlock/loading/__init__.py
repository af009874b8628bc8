"""From documents to the model: YAML in, valid nouns or problems with positions out.

Loading collects every problem of every file and raises on none of them. It
knows documents and where their values stand; it compiles no CEL and decides
nothing.
"""
