"""Other implementations of CEL, asked for the values of expressions.

Each has a module with the same names: `GRAMMAR` are the expressions that it is
asked for, `GAPS` the parts of the language that are left out of them and what
it does there, `value` what it computes, and `visible` as much of one of our
values as can be told from what it returns.
"""
