"""The page of the laws names what is there: each law has its tests, and its theorem where it says so."""

from pathlib import Path
from typing import Final

import pytest
import re2

from interlock.engine.laws import Law

_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = (_ROOT / "docs/explanation/composition.md").read_text(encoding="utf-8")
_ROW = re2.compile(r"(?m)^\| `([A-Z_]+)` \| ([^|]+) \|([^|]*)\| ([^|]+) \|$")
_QUOTED = re2.compile("`([^`]+)`")

_LAWS: Final = [
    (name, meaning, _QUOTED.findall(proof), _QUOTED.findall(tests))
    for name, meaning, proof, tests in _ROW.findall(_PAGE)
]


_JUDGES: Final = re2.findall(r"`([A-Z_]+)`,\s+`((?:kernel/)?test_[a-z_]+\.py)`", _PAGE)


def _source(path: str) -> str:
    return (_ROOT / path).read_text(encoding="utf-8")


def test_the_page_has_the_laws() -> None:
    assert len(_LAWS) > 40
    assert {law.value for law in Law} <= {name for name, *_ in _LAWS}


@pytest.mark.parametrize(("name", "files"), [(name, tests) for name, _, _, tests in _LAWS])
def test_a_law_has_a_test_of_its_name_in_each_file(name: str, files: list[str]) -> None:
    for file in files:
        assert f"def test_{name.lower()}" in _source(f"tests/properties/{file}"), file


@pytest.mark.parametrize(("name", "files"), [(name, proofs) for name, _, proofs, _ in _LAWS if proofs])
def test_a_law_has_a_theorem_of_its_name(name: str, files: list[str]) -> None:
    (file,) = files
    assert f"Theorem {name.lower()} " in _source(f"proofs/{file}")


@pytest.mark.parametrize(("name", "file"), _JUDGES)
def test_a_judge_is_a_test_of_its_name(name: str, file: str) -> None:
    assert f"def test_{name.lower()}" in _source(f"tests/properties/{file}")


def test_the_page_names_all_judges() -> None:
    assert {name for name, _ in _JUDGES} == {"CEDAR_AGREES", "COQ_AGREES", "XACML_AGREES", "CASE_COVERAGE"}


def test_every_theorem_is_on_the_page_of_proofs() -> None:
    page = _source("docs/explanation/proofs.md")
    for file in sorted((_ROOT / "proofs").glob("*.v")):
        for theorem in re2.findall(r"Theorem ([a-z_]+)", file.read_text(encoding="utf-8")):
            assert f"`{theorem}`" in page, theorem


@pytest.mark.parametrize("law", list(Law))
def test_a_law_is_said_alike_on_the_page_and_in_explanations(law: Law) -> None:
    (meaning,) = [meaning for name, meaning, *_ in _LAWS if name == law]
    assert law.statement in meaning
