"""What expressions were made of: the variables that they read, each with its own steps. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from interlock.cel.activation import Activation
from interlock.cel.explanation.trace import Step, trace
from interlock.cel.ir import Variable
from interlock.cel.program import Program


def variables_read(
    steps: Iterable[Step], programs: Mapping[str, Program], activation: Activation
) -> Iterator[tuple[str, Step]]:
    """The variables among `programs` that `steps` read, and those that they read in turn, each once."""
    pending = list(steps)
    seen: set[str] = set()
    while pending:
        for name in _read(pending.pop(0)):
            if name in programs and name not in seen:
                seen.add(name)
                found = trace(programs[name], activation)
                pending.append(found)
                yield name, found


def _read(step: Step) -> Iterable[str]:
    """The names of all variables in `step`, as they come."""
    pending = [step]
    while pending:
        current = pending.pop()
        if isinstance(current.node, Variable):
            yield current.node.name
        pending.extend(reversed(current.parts))
