"""Kubernetes' own policies as part of a policy set."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.engine import Engine
from interlock.errors import AuthorError
from interlock.identity import Digest
from interlock.loading.policyset import load
from support.documents import messages
from support.documents import policy as ours
from support.foreign.policies import binding, policy


def digest(folder: Path, *documents: Mapping[str, Any], files: int = 1) -> Digest:
    """The digest of a set of `documents`, spread over `files`."""
    folder.mkdir(exist_ok=True)
    for number in range(files):
        text = yaml.safe_dump_all(documents[number::files])
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return load([folder]).digest


def test_they_are_read_beside_ours_from_the_same_file(tmp_path: Path) -> None:
    documents = [ours(), json.dumps(policy("true")), json.dumps(binding())]
    (tmp_path / "all.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    policies = load([tmp_path])
    (compiled,) = policies.kubernetes.validating
    assert (compiled.policy.name, [each.name for each in compiled.bindings]) == ("p", ["b"])
    assert [each.name for each in policies.policies] == ["gpu-quota"]


def test_order_and_files_mean_nothing_to_the_digest(tmp_path: Path) -> None:
    documents = [policy("true"), binding(), binding("c"), policy("false", name="q")]
    first = digest(tmp_path / "a", *documents)
    assert digest(tmp_path / "b", *reversed(documents), files=3) == first


@pytest.mark.parametrize(
    "changed",
    [
        [policy("false"), binding()],
        [policy("true", failurePolicy="Ignore"), binding()],
        [policy("true"), binding(actions=["Warn"])],
        [policy("true"), binding(matchResources={"namespaceSelector": {"matchLabels": {"a": "b"}}})],
        [policy("true")],
        [],
    ],
)
def test_what_changes_their_meaning_changes_the_digest(tmp_path: Path, changed: list[dict[str, Any]]) -> None:
    assert digest(tmp_path / "b", *changed) != digest(tmp_path / "a", policy("true"), binding())


def test_problems_of_ours_and_of_theirs_are_told_together_with_their_places(tmp_path: Path) -> None:
    theirs = yaml.safe_dump(policy("object.spec ==", name="broken"))
    (tmp_path / "a.yaml").write_text(theirs, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(ours(spec="  colour: red\n"), encoding="utf-8")
    with pytest.raises(AuthorError) as raised:
        load([tmp_path])
    assert {Path(each.span.file).name for each in raised.value.problems} == {"a.yaml", "b.yaml"}
    assert all(each.line for each in raised.value.problems)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"kind": "ValidatingWebhookConfiguration"}, "is not one of policies"),
        ({}, "is not one of policies"),
        ({"kind": ["ValidatingAdmissionPolicy"]}, "is not one of policies"),
    ],
)
def test_other_kinds_of_their_group_are_no_policies(document: dict[str, Any], message: str) -> None:
    (said,) = messages(json.dumps({"apiVersion": "admissionregistration.k8s.io/v1", **document}))
    assert message in said


def test_a_binding_of_a_policy_that_is_not_there_is_refused() -> None:
    (said,) = messages(json.dumps(binding(policy="nobody")))
    assert said.startswith("no ValidatingAdmissionPolicy `nobody`")


def test_an_engine_asks_them_only_where_there_are_some(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(ours(), encoding="utf-8")
    assert not Engine(load([tmp_path])).asks_kubernetes
    (tmp_path / "theirs.yaml").write_text(json.dumps(policy("true")), encoding="utf-8")
    assert Engine(load([tmp_path])).asks_kubernetes
