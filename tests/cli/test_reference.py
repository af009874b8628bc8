"""The reference's examples, run: what a page shows is what a reader gets.

A `console` block holds commands after `$ ` and exactly what they print, both
streams together, with `…` for any rest of a line. The last line may be
`exit status N`. `--update-golden` writes what they print now.
"""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import re2

from support.commandline import run

_PAGES = Path(__file__).parents[2] / "docs" / "reference"
_EXAMPLES = _PAGES / "examples"
_BLOCK = re2.compile(r"(?ms)^```console\n(.*?)^```$")
_STATUS = "exit status "


def _blocks(page: str) -> list[str]:
    return list(_BLOCK.findall((_PAGES / page).read_text(encoding="utf-8")))


def _printed(block: str) -> str:
    """`block` with what its commands print now."""
    return "".join(_session(block))


def _session(block: str) -> Iterator[str]:
    for command in (line for line in block.splitlines() if line.startswith("$ ")):
        name, *arguments = shlex.split(command.removeprefix("$ "))
        assert name == "interlock"
        result = run(*arguments)
        status = f"{_STATUS}{result.exit_code}\n" if result.exit_code else ""
        yield f"{command}\n{result.output}{status}"


def _is_shown(shown: str, printed: str) -> bool:
    """Whether `shown` is `printed`, where `…` stands for any rest of a line."""
    left, right = shown.splitlines(), printed.splitlines()
    return len(left) == len(right) and all(
        got.startswith(line.removesuffix("…")) if line.endswith("…") else got == line
        for line, got in zip(left, right, strict=True)
    )


@pytest.mark.parametrize("page", ["cli.md", "policy-tests.md", "decision.md"])
def test_the_examples_of_a_page_print_what_it_shows(
    page: str, monkeypatch: pytest.MonkeyPatch, *, update_golden: bool
) -> None:
    monkeypatch.chdir(_EXAMPLES)
    blocks = _blocks(page)
    assert blocks
    for block in blocks:
        printed = _printed(block)
        if update_golden and not _is_shown(block, printed):
            text = (_PAGES / page).read_text(encoding="utf-8")
            (_PAGES / page).write_text(text.replace(block, printed), encoding="utf-8")
        elif not _is_shown(block, printed):
            assert block == printed


def test_every_field_and_code_of_a_record_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(_EXAMPLES)
    told = run("check", "policies", "chat.json", "mystery.json", "workloads.yaml", "--output", "jsonl").stdout
    records = [json.loads(line)["decision"] for line in told.splitlines()]
    entries = [
        entry for record in records for found in record.values() if isinstance(found, list) for entry in found
    ]
    names = {key for each in (*records, *entries) for key in each} | {entry["code"] for entry in entries}
    page = (_PAGES / "decision.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if f"`{name}`" not in page) == []


def test_the_test_that_a_page_quotes_is_the_one_that_runs() -> None:
    page = (_PAGES / "policy-tests.md").read_text(encoding="utf-8")
    assert (_EXAMPLES / "policies" / "tests.yaml").read_text(encoding="utf-8") in page
