"""What CEL functions compute, one module a family.

A module has the overloads of its functions, over CEL values. A member
function gets its target first. Dispatch is by the values' types at run time,
since below `dyn` the checker knows nothing; what has no overload for its
arguments is an evaluation error. Extension libraries stand beside the standard
one.
"""
