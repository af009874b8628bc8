"""How the composer says what is wrong, and its bounds, with the parser that most users have."""

import pytest

from interlock.documents import composer
from interlock.documents.composer import MAX_NODES, compose
from interlock.documents.source import Source


def _problems(text: str) -> list[str]:
    return [problem.message for problem in compose(Source("f", text)).problems]


def test_laughter_is_bounded() -> None:
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    (problem,) = _problems("\n".join(lines))
    assert f"more than {MAX_NODES} values" in problem


def test_the_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer, "MAX_NODES", 100)
    assert _problems("[" + "1," * 99 + "]") == []
    (problem,) = _problems("[" + "1," * 100 + "]")
    assert problem == "more than 100 values, aliases expanded: split the file"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a: "x" in y', "put the text in a block"),
        ("a: b: c", "quote a text that holds"),
        ("a:\n\tb: 1", "indent with spaces"),
        ("a: @x", "quote a text that starts so"),
        ("a: 'x", "close the quote"),
        ("a: [1,\n", "not valid YAML"),
        ("%YAML 9.9\n---\na: 1", "not valid YAML"),
        ("a\n...\nb", "not valid YAML"),
        ("a: 1\n- b", "that starts in line 1"),
    ],
)
def test_what_is_no_yaml_is_explained(text: str, words: str) -> None:
    (problem,) = _problems(text)
    assert words in problem
