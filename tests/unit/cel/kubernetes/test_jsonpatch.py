"""Keys in the paths of JSON patches."""

import pytest

from interlock.cel.libraries.kubernetes.jsonpatch import JSONPATCH
from interlock.cel.values import LimitExceeded
from support.libraries import Expressions

LIBRARY = Expressions((JSONPATCH,))


@pytest.mark.parametrize(
    ("key", "escaped"),
    [
        ("", ""),
        ("app", "app"),
        ("k8s.io/my~label", "k8s.io~1my~0label"),
        ("~1", "~01"),
        ("//", "~1~1"),
        ("é", "é"),
    ],
)
def test_slashes_and_tildes_are_escaped(key: str, escaped: str) -> None:
    assert LIBRARY.value("jsonpatch.escapeKey(x)", x=key) == escaped


def test_a_key_has_a_greatest_length() -> None:
    with pytest.raises(LimitExceeded):
        LIBRARY.value("jsonpatch.escapeKey(x)", x="~" * 500_001)
