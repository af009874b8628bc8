"""`interlock export`."""

import json
from pathlib import Path

import pytest
import yaml

from support.commandline import Run
from support.documents import policy

_RULE = "    - {name: r, require: intent.principal.id != 'jane', message: no}\n"


@pytest.fixture
def own(run: Run) -> Path:  # noqa: ARG001 - it makes the folder that commands run in
    """A policy that fits, and one that doesn't."""
    folder = Path("own")
    folder.mkdir()
    fits = policy("fits", layer="team", spec="  match: {actions: [workload.create]}\n", rules=_RULE)
    (folder / "fits.yaml").write_text(fits)
    (folder / "other.yaml").write_text(policy("other", layer="team"))
    return folder


def test_what_fits_is_written_and_what_does_not_is_said(run: Run, own: Path) -> None:
    result = run("export", "vap", str(own))
    assert result.exit_code == 0
    assert [(each["kind"], each["metadata"]["name"]) for each in yaml.safe_load_all(result.stdout)] == [
        ("ValidatingAdmissionPolicy", "fits"),
        ("ValidatingAdmissionPolicyBinding", "fits"),
    ]
    assert result.stderr == (
        "own/other.yaml:8:14: policy `other` does not fit: "
        "reads `intent.models`, which is not in plain sight in a request\n"
    )


def test_it_can_be_a_failure_that_something_does_not_fit(run: Run, own: Path) -> None:
    assert run("export", "vap", "--strict", str(own)).exit_code == 1
    assert run("export", "vap", "--strict", str(own / "fits.yaml")).exit_code == 0


def test_a_list_in_json_holds_the_same(run: Run, own: Path) -> None:
    found = json.loads(run("export", "vap", "-o", "json", str(own)).stdout)
    assert found["kind"] == "List"
    assert found["items"] == list(yaml.safe_load_all(run("export", "vap", str(own)).stdout))


def test_it_is_written_the_same_every_time(run: Run, own: Path) -> None:
    assert run("export", "vap", str(own)).stdout == run("export", "vap", str(own)).stdout


def test_kinds_are_given_for_policies_that_name_none(run: Run, own: Path) -> None:
    written = run("export", "vap", "--kind", "Pod", "--kind", "Job", str(own)).stdout
    rules = next(yaml.safe_load_all(written))["spec"]["matchConstraints"]["resourceRules"]
    assert [each["resources"][0] for each in rules] == ["pods", "jobs"]


def test_changes_are_written_too(run: Run) -> None:
    result = run("export", "map", "policies", "--kubernetes", "1.34")
    assert [(each["kind"], each["metadata"]["name"]) for each in yaml.safe_load_all(result.stdout)] == [
        ("MutatingAdmissionPolicy", "jobs-end"),
        ("MutatingAdmissionPolicyBinding", "jobs-end"),
    ]
    assert run("export", "map", "policies", "--strict").exit_code == 1
    assert run("export", "map", "policies", "--kubernetes", "1.33").stderr == (
        "interlock: `--kubernetes`: Kubernetes serves MutatingAdmissionPolicy since 1.34\n"
    )


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("1.27", "interlock: `--kubernetes`: Kubernetes serves ValidatingAdmissionPolicy since 1.28\n"),
        ("2.0", "interlock: `--kubernetes`: unknown Kubernetes version `2.0`: known are 1.25 to 1.37\n"),
    ],
)
def test_a_release_has_to_serve_it(run: Run, own: Path, release: str, said: str) -> None:
    result = run("export", "vap", "--kubernetes", release, str(own))
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_policies_that_do_not_load_are_not_written(run: Run, own: Path) -> None:
    (own / "fits.yaml").write_text("kind: IntentPolicy\n")
    result = run("export", "vap", str(own))
    assert (result.exit_code, result.stdout) == (2, "")
