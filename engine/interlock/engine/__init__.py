"""The shell: extract, match, evaluate, combine."""

from interlock.engine.decide import Engine

__all__ = ["Engine"]
