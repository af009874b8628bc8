"""Whether the match conditions of a policy are met."""

from interlock.cel.activation import Activation
from interlock.foreign.compiled import Compiled
from interlock.foreign.expressions import CONDITIONS_BUDGET, OutOfBudgetError


class UnmetError(Exception):
    """Nobody knows whether they are met."""


def are_met(compiled: Compiled, activation: Activation) -> bool:
    """Whether all conditions are true: one that is false decides, also beside one that fails.

    Conditions see no namespace, whatever is documented: the API server binds
    none (k8s.io/apiserver, matchconditions.Match).

    Raises:
        UnmetError: one fails, or all together cost too much.
    """
    conditions = compiled.conditions
    if not conditions.programs:
        return True
    own = activation.extended({})
    own["namespaceObject"] = None
    results = conditions.results(own)
    if results is None:
        try:
            results, _ = conditions.counted(own, CONDITIONS_BUDGET)
        except OutOfBudgetError as error:
            raise UnmetError(str(error)) from None
    found = [result for result in results if result is not None]
    if any(result.value is False for result in found):
        return False
    if errors := [result.error for result in found if result.error]:
        raise UnmetError(errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]")
    return True
