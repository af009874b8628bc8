"""Mutations of many policies to one object: defaults, then bounds, then locks.

Guards and merges of a stratum read the object as it was before the stratum,
and what is written to one place merges by a join. So order and repetition
don't matter; and where no guard reads what its own or a later stratum writes,
which loading sees to, a second run changes nothing.

Laws: tests/properties/kernel/test_mutation_laws.py; proofs/Strata.v, Idempotence.v and Authority.v.
"""
