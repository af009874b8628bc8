"""Policies for guarded functions: refunds that are small, by somebody, and three of them."""

from typing import Final

from interlock import Engine
from support.budgets import engine_of, limited

REFUNDS: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: refunds}
spec:
  layer: platform
  area: tools
  description: Refunds are small, and somebody stands for them.
  match: {actions: [tool.call]}
  rules:
    - name: small
      forbid: tool.name == "create_refund" && tool.arguments.?amount.orValue(0) > 5000
      message: the refund is too large
      remedy: refund 5000 at most
    - name: somebody
      require: intent.principal.id != "unknown"
      message: nobody stands for this call
"""


def engine(calls: int = 3) -> Engine:
    """An engine by that policy, and a budget of so many calls of tools."""
    return engine_of(REFUNDS, limited("calls", calls))
