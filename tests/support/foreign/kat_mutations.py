"""What mutating policies make of the cases of kat."""

from pathlib import Path

from interlock.foreign.rewrites import rewritten
from support.foreign.kat import Case, request_of, ruling_of


def difference(case: Case, folder: Path) -> str:
    """What is not as the case expects; empty if all is. Documents are written into `folder`."""
    found = ruling_of(case, folder)
    if found.denials:
        return f"is denied: {found.denials[0]}"
    asked = request_of(case, case.read("request") or {}).object
    assert asked is not None
    made = rewritten(dict(asked), found.rewrites)
    return "" if made == (case.read("gold") or case.read("expected") or asked) else f"makes {made}"
