"""Interlock's own library by version."""

from typing import Final

from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.own import budgets, classes, globs

V1: Final = Library(name="interlock", overloads=(*globs.OVERLOADS, *classes.OVERLOADS, *budgets.OVERLOADS))
