"""The Python that the documentation shows runs: that of pages, with a service beside it, and of docstrings."""

import doctest
import importlib
import pkgutil
import shutil
from pathlib import Path

import pytest

import interlock.sdk
from support.pages import Written, programs, steps
from support.process import running

_ROOT = Path(__file__).parents[2]
_PAGES = (
    "docs/how-to/guard-tools-in-python.md",
    "docs/reference/python.md",
    "docs/reference/settlement.md",
)
_MODULES = [found.name for found in pkgutil.walk_packages(interlock.sdk.__path__, "interlock.sdk.")]


@pytest.mark.parametrize("page", _PAGES)
def test_what_a_page_shows_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(_ROOT / "policies", tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    text = (_ROOT / page).read_text(encoding="utf-8")
    policies = tmp_path / "policies"
    for step in steps(text):
        if isinstance(step, Written):
            path = tmp_path / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
            policies = path.parent
    shown = programs(text)
    assert shown
    session: dict[str, object] = {"__name__": "session"}
    with running(policies, tmp_path / "state") as service:
        for program in shown:
            there = program.replace("http://127.0.0.1:8080", service.check)
            exec(compile(there, page, "exec"), session)  # noqa: S102 - it is ours


@pytest.mark.parametrize("module", _MODULES)
def test_examples_in_docstrings_are_so(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_there_are_examples_in_docstrings() -> None:
    assert sum(doctest.testmod(importlib.import_module(module)).attempted for module in _MODULES) > 0
