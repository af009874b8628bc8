"""Names of things, kept apart by type.

A policy's name and a rule's name are both text; mixing them up is an error
that the type checker finds. Nothing here knows what the names stand for.
"""

from typing import NewType

PolicyName = NewType("PolicyName", str)
RuleName = NewType("RuleName", str)
LayerName = NewType("LayerName", str)
WaiverName = NewType("WaiverName", str)
ObligationName = NewType("ObligationName", str)

BudgetName = NewType("BudgetName", str)
AccountName = NewType("AccountName", str)
OrganizationName = NewType("OrganizationName", str)
HoldId = NewType("HoldId", str)
RunId = NewType("RunId", str)

Digest = NewType("Digest", str)
"""`sha256:` and 64 hexadecimal digits."""
