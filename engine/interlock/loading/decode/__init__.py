"""Shapes that fit to nouns of the model, one document at a time.

What a shape alone can't tell is checked here: names that repeat, effects
that are missing or several, times that contradict. Each decoder gives the
noun or, if it would not be valid, nothing, and all problems.
"""
