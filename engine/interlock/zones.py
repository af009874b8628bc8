"""Time zones by their IANA names.

All come from the tzdata package and none from the system: who runs the same
release opens the same windows, on whatever machine. A name that the package
does not list is never looked for in files.
"""

from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from interlock.spelling import closest, quoted

_PLACEHOLDER: Final = "Factory"
"""The database's name for a machine that was not told where it is."""


def zone_problem(name: str) -> str | None:
    """Why `name` is no time zone; None if it is one."""
    known = _names()
    if name in known:
        return None
    meant = closest(name, known)
    remedy = "name one, such as `Europe/Berlin`" if meant is None else f"did you mean {quoted(meant)}?"
    return f"{quoted(name)} is no time zone of the IANA database: {remedy}"


@cache
def time_zone(name: str) -> ZoneInfo:
    """The time zone `name`, which `zone_problem` finds nothing wrong with.

    Raises:
        ValueError: there is no such zone.
    """
    if name not in _names():
        raise ValueError(f"{quoted(name)} is no time zone of the IANA database")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=name)


@cache
def _names() -> frozenset[str]:
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(listed.split()) - {_PLACEHOLDER}
