"""What a policy set lets its rules oblige to and advise; anything else is unknown."""

from dataclasses import dataclass
from typing import Final

from interlock.identity import ObligationName
from interlock.model.obligation import Merge


@dataclass(frozen=True, slots=True)
class Declared:
    """A name, and how the values that several rules give it become one."""

    name: ObligationName
    merge: Merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All obligations and all advice that are declared, by name. One name may be both."""

    obligations: tuple[Declared, ...] = ()
    advice: tuple[Declared, ...] = ()


NOTHING_DECLARED: Final = Vocabulary()
