"""The proven model and the code decide alike, case by case, in tables that the proof assistant printed.

The cases are those of proofs/Table.v, in its order: what it prints is proofs/table.txt.
"""

import shutil
import subprocess
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from support.provendecisions import meeting_rows, pair_rows
from support.provenwrites import write_rows

PROOFS: Final = Path(__file__).parents[2] / "proofs"


def test_coq_agrees() -> None:
    expected = (PROOFS / "table.txt").read_text().splitlines()
    found = list(chain(pair_rows(), meeting_rows(), write_rows()))
    differing = [
        (number, ours, proven)
        for number, (ours, proven) in enumerate(zip(found, expected, strict=True), 1)
        if ours != proven
    ]
    assert not differing


@pytest.mark.skipif(shutil.which("coqc") is None, reason="the proof assistant is not installed: no coqc")
def test_proofs_hold_without_axioms() -> None:
    checked = subprocess.run([PROOFS / "check.sh"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
