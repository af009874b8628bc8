"""The file that decisions are appended to."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interlock.decisionlog.entry import encode_entry
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.errors import OperatorError
from support.decisionlog import entry, read, room_for


def test_entries_come_after_what_is_there(tmp_path: Path) -> None:
    for number in range(3):
        with DecisionLog(tmp_path / "log") as log:
            log.append(entry(x=number))
    assert (tmp_path / "log").read_bytes() == b"".join(encode_entry(entry(x=number)) for number in range(3))


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    with DecisionLog(tmp_path / "log"):
        assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_the_mode_of_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "log").touch(mode=0o640)
    with DecisionLog(tmp_path / "log") as log:
        log.append(entry())
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o640


def test_who_appends_at_once_tears_no_line(tmp_path: Path) -> None:
    with (
        DecisionLog(tmp_path / "log") as one,
        DecisionLog(tmp_path / "log") as other,
        ThreadPoolExecutor(4) as pool,
    ):
        for number in range(200):
            pool.submit((one, other)[number % 2].append, entry(x=number, y="a" * 9000))
    found = [
        each.entry.decision["x"] for each in read((tmp_path / "log").read_bytes()) if isinstance(each, Logged)
    ]
    assert sorted(found) == list(range(200))


def test_what_a_crash_cut_off_spoils_no_further_entry(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(encode_entry(entry(x=1))[:-9])
    for number in (2, 3):
        with DecisionLog(tmp_path / "log") as log:
            log.append(entry(x=number))
    torn, *whole = read((tmp_path / "log").read_bytes())
    assert not isinstance(torn, Logged)
    assert [each.entry.decision["x"] for each in whole if isinstance(each, Logged)] == [2, 3]


def test_what_another_process_cut_off_meanwhile_spoils_no_further_entry(tmp_path: Path) -> None:
    with DecisionLog(tmp_path / "log") as log:
        log.append(entry(x=1))
        log.append(entry(x=2))
        with (tmp_path / "log").open("ab") as other:
            other.write(encode_entry(entry(x=3))[:-9])
        log.append(entry(x=4))
        log.append(entry(x=5))
    found = [
        each.entry.decision["x"] for each in read((tmp_path / "log").read_bytes()) if isinstance(each, Logged)
    ]
    assert found == [1, 2, 4, 5]


def test_a_log_that_was_emptied_meanwhile_goes_on(tmp_path: Path) -> None:
    with DecisionLog(tmp_path / "log") as log:
        log.append(entry(x=1))
        (tmp_path / "log").write_bytes(b"")
        log.append(entry(x=2))
    (found,) = read((tmp_path / "log").read_bytes())
    assert isinstance(found, Logged)
    assert found.entry.decision["x"] == 2


def test_an_entry_that_does_not_fit_is_an_error_and_spoils_no_further_one(tmp_path: Path) -> None:
    with DecisionLog(tmp_path / "log") as log:
        with room_for(1000):
            with pytest.raises(OperatorError, match="log` can't be written: an entry was cut off"):
                log.append(entry(x="a" * 1000))
            with pytest.raises(OperatorError, match="log` can't be written: file too large"):
                log.append(entry())
        log.append(entry(x=2))
    _, whole = read((tmp_path / "log").read_bytes())
    assert isinstance(whole, Logged)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("missing/log", "can't be written: no such file or directory"),
        (".", "is no regular file"),
        ("/dev/null", "is no regular file"),
        ("pipe", "is no regular file"),
        ("log/log", "can't be written: not a directory"),
    ],
)
def test_a_file_that_can_not_be_appended_to_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("log").touch()
    with pytest.raises(OperatorError, match=told):
        DecisionLog(Path(path))
