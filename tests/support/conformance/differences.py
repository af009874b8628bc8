"""The cases that are known to differ, with the reason of each."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).parents[2] / "corpora/differences.toml"


@dataclass(frozen=True, slots=True)
class Known:
    """Cases that differ for one reason."""

    reason: str
    cases: tuple[str, ...]


def known() -> tuple[Known, ...]:
    """All that are listed."""
    listed = tomllib.loads(PATH.read_text(encoding="utf-8"))["difference"]
    return tuple(Known(each["reason"], tuple(each["cases"])) for each in listed)


def reasons() -> dict[str, str]:
    """Why a case differs, by its id."""
    return {case: each.reason for each in known() for case in each.cases}
