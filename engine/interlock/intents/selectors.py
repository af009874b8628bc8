"""What a selector of devices says plainly: `device.attributes['gpu.nvidia.com'].productName == 'NVIDIA L4'`.

Only plain conditions that must all hold are read. Where one of them is
anything else, the whole expression leaves every attribute open, which is
always true of them.
"""

from typing import Final

import re2

from interlock.intents.remembered import remembered

_TEXT = r"""(?:"[^"'\\]*"|'[^"'\\]*')"""
_OF_DEVICE = rf"device\.(?:attributes|capacity)\[\s*{_TEXT}\s*\](?:\.[A-Za-z]\w*|\[\s*{_TEXT}\s*\])"
_EQUALITY: Final = re2.compile(
    rf"""\s*device\.attributes\[\s*{_TEXT}\s*\](?:\.|\[\s*["'])([A-Za-z]\w*)(?:["']\s*\])?\s*==\s*({_TEXT})\s*"""
)
# None of them says which product it is, and each ends where it seems to.
_HARMLESS: Final = re2.compile(
    rf"\s*(?:device\.driver\s*==\s*{_TEXT}|has\(\s*{_OF_DEVICE}\s*\)|{_OF_DEVICE}\s*[=!]=\s*(?:true|false|[0-9]+|{_TEXT})"
    rf"|{_OF_DEVICE}\.(?:compareTo|isGreaterThan|isLessThan)\(\s*quantity\(\s*{_TEXT}\s*\)\s*\)(?:\s*[<>=!]=?\s*-?[0-9]+)?)\s*"
)
_LONGEST: Final = 10_240


@remembered
def attributes_of(expression: str) -> dict[str, str]:
    """The attributes that every device selected by `expression` has; without those that it leaves open."""
    found: dict[str, str] = {}
    for part in expression.split("&&") if len(expression) <= _LONGEST else ():
        matched = _EQUALITY.fullmatch(part)
        if matched:
            found[matched.group(1)] = matched.group(2)[1:-1]
        elif not _HARMLESS.fullmatch(part):
            return {}
    return found
