"""Named formats, and what is wrong with a text that should be of one."""

from functools import partial
from typing import ClassVar, Final

import re2

from interlock.cel.libraries.kubernetes import names
from interlock.cel.libraries.kubernetes.escapes import InvalidURIError
from interlock.cel.libraries.kubernetes.uris import parse_request
from interlock.cel.libraries.overloads import Library
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import STRING, CelType, list_of, optional_of
from interlock.cel.values import NONE, Opaque, Optional, optional

_UUID = re2.compile("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_BASE64 = re2.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_DATE = re2.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re2.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})")

_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY: Final = 2


class Format(Opaque, frozen=True):
    """A format by its name."""

    cel_type: ClassVar = CelType("kubernetes.NamedFormat")

    name: str

    def __str__(self) -> str:
        return f"format.{self.name}()"


def named(name: str) -> Optional:
    """The format of that name, if there is one."""
    return optional(Format(name)) if name in _CHECKS else NONE


def validate(format_: Format, text: str) -> Optional:
    """What is wrong with `text`; nothing if it is of the format."""
    found = _CHECKS[format_.name](text)
    return optional(found) if found else NONE


def _uri(text: str) -> list[str]:
    try:
        parse_request(text)
    except InvalidURIError as error:
        return [error.of(text)]
    return []


def _uuid(text: str) -> list[str]:
    return [] if _UUID.fullmatch(text) else ["does not match the UUID format"]


def _base64(text: str) -> list[str]:
    return [] if _BASE64.fullmatch(text) else ["invalid base64"]


def _date(text: str) -> list[str]:
    return [] if _is_date(text) else ["invalid date"]


def _datetime(text: str) -> list[str]:
    # What follows a second `t` isn't looked at: the API server does so too.
    date, *times = text.lower().split("t")
    written = _TIME.fullmatch(times[0]) if times and _is_date(date) else None
    if written is None:
        return ["invalid datetime"]
    hour, minute, second = written.groups()
    return [] if hour <= "23" and minute <= "59" and second <= "59" else ["invalid datetime"]


def _is_date(text: str) -> bool:
    written = _DATE.fullmatch(text)
    if written is None:
        return False
    year, month, day = map(int, written.groups())
    if not 1 <= month <= len(_DAYS):
        return False
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _DAYS[month - 1] + (month == _FEBRUARY and is_leap)


_CHECKS: Final[dict[str, names.Check]] = {
    "dns1123Label": names.label,
    "dns1123Subdomain": names.subdomain,
    "dns1035Label": names.dns1035_label,
    "qualifiedName": names.qualified_name,
    "dns1123LabelPrefix": names.prefix_of(names.label),
    "dns1123SubdomainPrefix": names.prefix_of(names.subdomain),
    "dns1035LabelPrefix": names.prefix_of(names.dns1035_label),
    "labelValue": names.label_value,
    "uri": _uri,
    "uuid": _uuid,
    "byte": _base64,
    "date": _date,
    "datetime": _datetime,
}

_FORMAT: Final = Format.cel_type

FORMAT: Final = Library(
    name="format",
    overloads=(
        member("format-validate", "validate", (_FORMAT, STRING), optional_of(list_of(STRING)), validate),
        function("format-named", "format.named", (STRING,), optional_of(_FORMAT), named),
        *(function(f"format.{name}", f"format.{name}", (), _FORMAT, partial(Format, name)) for name in _CHECKS),
    ),
)
