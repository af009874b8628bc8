"""Each folder of testdata/errors holds documents and exactly what their author is told.

`pytest tests/golden/test_author_errors.py --update-golden` renews the expectations.
"""

from pathlib import Path

import pytest

from interlock.errors import AuthorError
from interlock.loading.policyset import load

_FOLDER = Path(__file__).parents[2] / "testdata" / "errors"
_CASES = sorted(path.name for path in _FOLDER.iterdir())


@pytest.mark.parametrize("case", _CASES)
def test_the_author_is_told_exactly_this(
    case: str, monkeypatch: pytest.MonkeyPatch, *, update_golden: bool
) -> None:
    monkeypatch.chdir(_FOLDER / case)
    with pytest.raises(AuthorError) as caught:
        load(Path(name) for name in sorted(Path().glob("*.yaml")))
    told = f"{caught.value}\n"
    expected = Path("expected.txt")
    if update_golden:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def test_there_are_cases() -> None:
    assert len(_CASES) >= 15
