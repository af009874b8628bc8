"""CEL: an Environment declares, a Program is compiled, an Activation binds.

    text ── checker ──▶ CheckedExpr ── decoding ──▶ IR ── generation ──▶ Python
                                                     └── interpreter: exact, traced

Google's checker runs when a policy is compiled and never sees request data.
The generated Python is the fast reader of the IR; wherever it raises, the
interpreter, which is the definition, decides.
"""
