"""The wheel: what is in it, and that it works away from the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER_ONLY = ("celpy", "cryptography", "fastapi", "prometheus_client", "uvicorn", "watchfiles")


def run(*command: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The finished command; `path` is looked at before anything that is installed."""
    # What runs here is a copy: its lines are no lines of ours to be covered.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment |= {"PYTHONPATH": str(path or ""), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    built = run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), ".", cwd=ROOT
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder),
        str(wheel),
    )
    done = run(*pip, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_wheel_has_two_packages_their_markers_and_what_they_read(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"interlock", "interlock_webhooks"}
    assert {"interlock/py.typed", "interlock_webhooks/py.typed"} <= set(names)
    assert {"interlock/catalogs/accelerators.yaml", "interlock/ledger/stores/postgres/ledger.sql"} <= set(names)


def test_the_installed_command_decides_in_another_directory(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_text(
        "apiVersion: interlock.dev/v1alpha1\nkind: IntentPolicy\nmetadata: {name: no-pods}\n"
        "spec:\n  layer: platform\n  description: No pods here.\n  match: {kinds: [Pod]}\n"
        "  rules:\n    - {name: never, forbid: 'true', message: no pods here}\n"
    )
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n"
    )
    command = (str(installed / "bin" / "interlock"), "check", "policies.yaml", "pod.yaml")
    done = run(*command, cwd=tmp_path, path=installed)
    assert done.returncode == 1, done.stderr
    assert "no pods here" in done.stdout


def test_the_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    code = "import interlock, interlock_webhooks; print(interlock.__file__, interlock_webhooks.__file__)"
    done = run(sys.executable, "-c", code, cwd=tmp_path, path=installed)
    assert all(file.startswith(str(installed)) for file in done.stdout.split())


def test_the_light_install_needs_nothing_of_the_server(tmp_path: Path) -> None:
    code = f"import sys, interlock.cli.main; print([name for name in {SERVER_ONLY} if name in sys.modules])"
    done = run(sys.executable, "-c", code, cwd=tmp_path)
    assert done.stdout.strip() == "[]", done.stderr
