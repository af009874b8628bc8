"""The definition of what an expression means: the IR, evaluated node by node."""
