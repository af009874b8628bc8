"""What was left of whatever decisions use up, as one decision found it."""

from typing import Annotated

from msgspec import Meta, Struct

from interlock.identity import AccountName, RunId, WaiverName

Natural = Annotated[int, Meta(ge=0)]


class Standing(Struct, frozen=True, array_like=True, gc=False):
    """What is spent of an account, in whole units and the parts beyond them, and held, in whole units."""

    spent: Natural = 0
    parts: Natural = 0
    held: Natural = 0

    @property
    def used(self) -> int:
        """Whole units that nobody else can have: parts of a unit take the whole."""
        return self.spent + (self.parts > 0) + self.held


class Balances(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Uses that counted waivers had left, how accounts stood, and what was known of runs.

    What is not here had all of its uses, had spent nothing, and had not begun.
    """

    uses: dict[WaiverName, Natural] = {}
    accounts: dict[AccountName, Standing] = {}
    runs: dict[RunId, str] = {}


UNTOUCHED = Balances()
