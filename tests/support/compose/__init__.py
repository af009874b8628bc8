"""Worlds: layers, policies and waivers as documents, and the Intents that they are about.

All are drawn from the same few names and numbers, so that what is drawn apart
still meets: policies ask for facts that Intents have, lack or have of another
type, and for numbers that theirs are just below, at or above.
"""
