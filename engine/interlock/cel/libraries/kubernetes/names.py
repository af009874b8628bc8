"""What Kubernetes says of texts that are no names: the rules of k8s.io/apimachinery, and their messages.

The messages are those of the API server word for word, since policies show
them to their users. Lengths count bytes of UTF-8.
"""

from collections.abc import Callable
from typing import Any, Final

import re2

Check = Callable[[str], list[str]]
"""What is wrong with a text; nothing if it is valid."""

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE: Final = f"({_KEY})?"

_ENDS: Final = "must start and end with an alphanumeric character"
_LABEL_RULE: Final = (
    f"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and {_ENDS}"
)
_SUBDOMAIN_RULE: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    f"and {_ENDS}"
)
_DNS1035_RULE: Final = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character"
)
_KEY_RULE: Final = f"must consist of alphanumeric characters, '-', '_' or '.', and {_ENDS}"
_VALUE_RULE: Final = (
    f"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and {_ENDS}"
)

_MAX_LABEL: Final = 63
_MAX_SUBDOMAIN: Final = 253
_MOST_PARTS: Final = 2


def _matcher(expression: str) -> Callable[[str], Any]:
    return re2.compile(expression).fullmatch  # type: ignore[no-any-return]  # re2 has no annotations


_is_label = _matcher(_LABEL)
_is_subdomain = _matcher(_SUBDOMAIN)
_is_dns1035 = _matcher(_DNS1035)
_is_key = _matcher(_KEY)
_is_value = _matcher(_VALUE)


def label(text: str) -> list[str]:
    """What is wrong with `text` as a DNS label of RFC 1123."""
    found = _too_long(text, _MAX_LABEL)
    if not _is_label(text):
        dotted = _is_subdomain(text)
        found.append(
            "must not contain dots" if dotted else _mismatch(_LABEL_RULE, _LABEL, "my-name", "123-abc")
        )
    return found


def subdomain(text: str) -> list[str]:
    """What is wrong with `text` as a DNS subdomain of RFC 1123."""
    found = _too_long(text, _MAX_SUBDOMAIN)
    if not _is_subdomain(text):
        found.append(_mismatch(_SUBDOMAIN_RULE, _SUBDOMAIN, "example.com"))
    return found


def dns1035_label(text: str) -> list[str]:
    """What is wrong with `text` as a DNS label of RFC 1035."""
    found = _too_long(text, _MAX_LABEL)
    if not _is_dns1035(text):
        found.append(_mismatch(_DNS1035_RULE, _DNS1035, "my-name", "abc-123"))
    return found


def qualified_name(text: str) -> list[str]:
    """What is wrong with `text` as a label key: a name, after a DNS subdomain and a slash if it has one."""
    rule = _mismatch(_KEY_RULE, _KEY, "MyName", "my.name", "123-abc")
    parts = text.split("/")
    if len(parts) > _MOST_PARTS:
        with_prefix = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a valid label key {rule} {with_prefix}"]
    found = [f"prefix part {each}" for prefix in parts[:-1] for each in _prefix(prefix)]
    name = parts[-1]
    empty = ["must be non-empty"] if not name else []
    wrong = [] if _is_key(name) else [rule]
    return [*found, *(f"name part {each}" for each in [*empty, *_too_long(name, _MAX_LABEL), *wrong])]


def label_value(text: str) -> list[str]:
    """What is wrong with `text` as the value of a label."""
    found = _too_long(text, _MAX_LABEL)
    if not _is_value(text):
        found.append(_mismatch(_VALUE_RULE, _VALUE, "MyValue", "my_value", "12345"))
    return found


def prefix_of(check: Check) -> Check:
    """`check` of a text that something is put after, so that it may end in a dash."""

    def checked(text: str) -> list[str]:
        if len(text) > 1 and text.endswith("-"):
            # The API server puts a letter in the place of the last two bytes, half a character or not.
            half = "?" * (len(text[-2].encode(errors="replace")) - 1)
            return check(f"{text[:-2]}{half}a")
        return check(text)

    return checked


def _prefix(prefix: str) -> list[str]:
    return subdomain(prefix) if prefix else ["must be non-empty"]


def _too_long(text: str, limit: int) -> list[str]:
    return [f"must be no more than {limit} bytes"] if len(text.encode(errors="replace")) > limit else []


def _mismatch(rule: str, expression: str, *examples: str) -> str:
    shown = " or ".join(f"'{each}', " for each in examples)
    return f"{rule} (e.g. {shown}regex used for validation is '{expression}')"
