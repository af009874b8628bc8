"""What expressions cost, counted as the Kubernetes API server counts it.

`meter` counts one evaluation and stops it at its limit, `estimate` gives the
range that Kubernetes expects before any evaluation, and `ceiling` bounds what
the meter can count over data of a size. Values come from the interpreter;
nothing here computes one.
"""
