"""`interlock crds` prints what a cluster has to know, or writes it."""

from pathlib import Path

import yaml

from interlock.crds.definitions import definitions
from interlock.crds.texts import texts
from support.commandline import run


def test_all_definitions_are_printed_as_documents() -> None:
    result = run("crds")
    assert result.exit_code == 0
    assert list(yaml.safe_load_all(result.stdout)) == list(definitions().values())


def test_a_folder_gets_a_file_for_each_kind(tmp_path: Path) -> None:
    assert run("crds", "--output", str(tmp_path / "new" / "crds")).exit_code == 0
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new" / "crds").iterdir()}
    assert found == texts()
