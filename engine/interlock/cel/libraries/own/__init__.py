"""Interlock's own functions: globs over tool names, order of classes, room in budgets.

Each is pure and takes time linear in its arguments. A change of what one
computes makes a new version of the library.
"""
