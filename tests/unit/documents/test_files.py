import os
from pathlib import Path

import pytest

from interlock.documents import files
from interlock.documents.files import find, read_source
from interlock.documents.source import MAX_BYTES, Source


def _make(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("a: 1")


def _found(*paths: Path) -> list[str]:
    found, problems = find(paths)
    assert problems == []
    return [file.as_posix() for file in found]


def test_a_directory_stands_for_all_documents_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(
        tmp_path, "b.yaml", "a/x.yml", "a/b/y.json", "README.md", "a/tests.yaml", ".git/z.yaml", ".hidden.yaml"
    )
    monkeypatch.chdir(tmp_path)
    assert _found(Path()) == ["a/b/y.json", "a/x.yml", "b.yaml"]


def test_a_file_that_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    _make(tmp_path, ".hidden", "tests.yaml")
    assert _found(tmp_path / ".hidden", tmp_path / "tests.yaml") == [str(tmp_path / ".hidden")]


def test_a_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path, "p/a.yaml")
    (tmp_path / "p" / "b.yaml").symlink_to("a.yaml")
    (tmp_path / "q").symlink_to("p")
    monkeypatch.chdir(tmp_path)
    assert _found(Path("q"), Path("p"), Path("p/a.yaml")) == ["p/a.yaml"]


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    _make(tmp_path, "real/a.yaml", "set/b.yaml")
    (tmp_path / "set" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "back").symlink_to(tmp_path / "set")
    assert _found(tmp_path / "set") == [str(tmp_path / "set/b.yaml"), str(tmp_path / "set/link/a.yaml")]


def test_a_mounted_config_map_is_read_once(tmp_path: Path) -> None:
    _make(tmp_path, "..2026_01_01/policy.yaml")
    (tmp_path / "..data").symlink_to("..2026_01_01")
    (tmp_path / "policy.yaml").symlink_to("..data/policy.yaml")
    assert _found(tmp_path) == [str(tmp_path / "policy.yaml")]


def test_a_directory_without_documents_is_a_problem(tmp_path: Path) -> None:
    found, (problem,) = find([tmp_path])
    assert found == []
    assert problem.message == "no policies here: add files that end in `.json`, `.yaml` or `.yml`"


def test_a_directory_that_can_not_be_listed_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    _, (problem,) = find([tmp_path])
    assert problem.message == "can't be read: permission denied"


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path, "a.yaml", "b.yaml", "c.yaml")
    monkeypatch.setattr(files, "MOST_FILES", 3)
    assert len(_found(tmp_path)) == 3
    monkeypatch.setattr(files, "MOST_FILES", 2)
    found, (problem,) = find([tmp_path])
    assert found == []
    assert problem.message == "more than 2 files: split the policy set"


def test_a_file_is_read_as_text(tmp_path: Path) -> None:
    _make(tmp_path, "a.yaml")
    assert read_source(tmp_path / "a.yaml") == Source(str(tmp_path / "a.yaml"), "a: 1")


def test_a_file_of_which_too_much_is_there_is_not_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a" * (MAX_BYTES * 2))
    assert "larger than" in str(read_source(tmp_path / "a.yaml"))


def test_what_can_not_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    said = {name: str(read_source(tmp_path / name)) for name in ("dangling.yaml", "pipe.yaml", "none", "a\0b")}
    assert said["dangling.yaml"].endswith("dangling.yaml:1:1: can't be read: no such file or directory")
    assert said["pipe.yaml"].endswith("not a regular file: name a file or a directory")
    assert said["none"].endswith("can't be read: no such file or directory")
    assert said["a\0b"].endswith("can't be read: not a path")


def test_a_path_with_a_nul_is_a_problem() -> None:
    _, (problem,) = find([Path("a\0b")])
    assert problem.message == "can't be read: not a path"


def test_a_name_that_is_no_text_can_be_shown(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.yaml")
    (tmp_path / name).write_text("a: [")
    source = read_source(tmp_path / name)
    assert isinstance(source, Source)
    assert source.file.endswith(r"\xff.yaml")
