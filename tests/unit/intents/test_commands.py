import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.intents.commands import LONGEST_SCRIPT, words_of


def _texts(*arguments: str) -> list[str]:
    return [word.text for word in words_of(list(arguments)).words]


def test_elements_are_words_as_they_stand() -> None:
    assert _texts("vllm", "serve", "a b", "it's") == ["vllm", "serve", "a b", "it's"]


@pytest.mark.parametrize("option", ["-c", "-lc", "-exc", "-ce"])
def test_a_script_is_taken_apart(option: str) -> None:
    line = words_of(["bash", option, 'exec vllm serve "a b" --port=80'])
    assert [word.text for word in line.words] == ["bash", option, "exec", "vllm", "serve", "a b", "--port=80"]
    assert {word.index for word in line.words[2:]} == {2}
    assert line.unread == ()


def test_the_end_of_options_stands_before_a_script() -> None:
    assert _texts("bash", "-lc", "--", "vllm serve X") == ["bash", "-lc", "--", "vllm", "serve", "X"]


def test_continued_lines_are_joined_and_comments_are_left_out() -> None:
    script = "# it's a comment\n\nvllm serve X \\\n  --port 80\n  # --model Y\n"
    assert _texts("sh", "-c", script)[2:] == ["vllm", "serve", "X", "--port", "80"]


def test_commands_end_at_operators() -> None:
    assert _texts("sh", "-c", "cd /a&&run X;echo 'a;b'")[2:] == [
        "cd",
        "/a",
        "&&",
        "run",
        "X",
        ";",
        "echo",
        "a;b",
    ]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (r"a\ b", ["a b"]),
        (r'"a\"b"', ['a"b']),
        (r'"a\nb"', [r"a\nb"]),
        ("'a\"b'c", ['a"bc']),
        ("--x='a b'", ["--x=a b"]),
        ("''", [""]),
        ("é ü", ["é", "ü"]),
    ],
)
def test_quotes_are_taken_off_as_a_shell_does(script: str, words: list[str]) -> None:
    assert _texts("sh", "-c", script)[2:] == words


@given(st.text("ab -='\"\\/é\t", max_size=30))
def test_words_are_those_of_shlex_where_it_understands_them(script: str) -> None:
    try:
        expected = shlex.split(script)
    except ValueError:
        return
    line = words_of(["sh", "-c", script])
    # A word of the script may announce a script itself.
    if "-c" not in script:
        assert [word.text for word in line.words[2:]] == expected


def test_scripts_in_scripts_are_read_three_deep() -> None:
    script = "echo X"
    for _ in range(2):
        script = f"bash -c {shlex.quote(script)}"
    assert _texts("bash", "-c", script)[-2:] == ["echo", "X"]


def test_what_nests_deeper_is_noted() -> None:
    script = "echo X"
    for _ in range(3):
        script = f"bash -c {shlex.quote(script)}"
    line = words_of(["bash", "-c", script])
    assert line.words[-1].text == "echo X"
    assert line.unread == ((2, "the scripts nest too deep to be read"),)


def test_quotes_that_do_not_match_are_noted_and_the_words_still_read() -> None:
    line = words_of(["sh", "-c", "vllm serve X --name 'Y"])
    assert [word.text for word in line.words[2:5]] == ["vllm", "serve", "X"]
    assert line.unread == ((2, "the quotes of the script don't match"),)


def test_scripts_that_are_too_long_together_are_noted_and_not_read() -> None:
    line = words_of(["sh", "-c", "x" * LONGEST_SCRIPT, "-c", "y", "after"])
    assert [word.text for word in line.words] == ["sh", "-c", "x" * LONGEST_SCRIPT, "-c", "after"]
    assert line.unread == ((4, f"the scripts are longer than {LONGEST_SCRIPT} characters"),)
