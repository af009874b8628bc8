"""What expressions know of `object`: the schemas of the kinds that a policy is about."""

from pathlib import Path

import pytest

from interlock.cel.ir import Select
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import AuthorError
from interlock.loading.policyset import PolicySet, load
from interlock.units import Instant
from support.documents import policy

_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: agents.acme.example}
spec:
  group: acme.example
  names: {kind: Agent, plural: agents}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                model: {type: string}
                max-turns: {type: integer}
                tools: {type: array, items: {type: object, properties: {name: {type: string}}}}
"""


def compiled(folder: Path, *texts: str) -> PolicySet:
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text)
    return load([folder])


def messages(folder: Path, *texts: str) -> list[str]:
    try:
        compiled(folder, *texts)
    except AuthorError as error:
        return [problem.message for problem in error.problems]
    return []


def about(kinds: str, expression: str) -> str:
    return policy(
        spec=f"  match: {{kinds: [{kinds}]}}\n",
        rules=f'    - {{name: rule, message: no, require: "{expression}"}}\n',
    )


@pytest.mark.parametrize(
    ("kinds", "expression"),
    [
        ("Deployment", "object.spec.replicas <= 10"),
        ("Deployment", "object.spec.template.spec.containers.all(c, has(c.image))"),
        ("Deployment", "has(object.spec.paused) && object.spec.paused"),
        (
            "Deployment",
            "object.metadata.labels['team'] == 'a' || object.metadata.?labels.?team.orValue('') == 'b'",
        ),
        ("Deployment, StatefulSet", "object.spec.replicas <= 10"),
        ("HorizontalPodAutoscaler", "object.spec.targetCPUUtilizationPercentage < 90"),
        ("HorizontalPodAutoscaler", "object.spec.metrics.size() > 0"),
        ("Nobody", "object.whatever == 1"),
        ("Deployment, Nobody", "object.whatever == 1"),
        ("Deployment", "intent.object.whatever == 1"),
        ("Agent", "object.spec.model != '' && object.spec.max__dash__turns < 10"),
        ("Agent", "object.spec.tools.all(t, t.name != 'shell')"),
    ],
)
def test_an_object_has_the_fields_of_its_kind(tmp_path: Path, kinds: str, expression: str) -> None:
    assert messages(tmp_path, about(kinds, expression), _CRD) == []


@pytest.mark.parametrize(
    ("kinds", "expression", "message"),
    [
        ("Deployment", "object.spec.replcas <= 10", "undefined field `replcas` of "),
        ("Deployment", "object.spec.replicas == 'many'", "`==` can't be applied to (int, string)"),
        ("Deployment, DaemonSet", "object.spec.replicas <= 10", "undefined field `replicas` of "),
        ("Agent", "object.spec.modle == ''", "undefined field `modle` of "),
        ("Agent", "object.spec.tools.all(t, t.nmae != 'shell')", "undefined field `nmae` of "),
    ],
)
def test_a_field_that_a_kind_does_not_have_is_an_error(
    tmp_path: Path, kinds: str, expression: str, message: str
) -> None:
    (told,) = messages(tmp_path, about(kinds, expression), _CRD)
    assert message in told


def test_a_schema_that_can_not_be_read_is_an_error_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(AuthorError) as raised:
        compiled(tmp_path, _CRD.replace("type: integer", "type: [1]"))
    (problem,) = raised.value.problems
    assert problem.span.line == 20


def test_an_escaped_field_reads_its_own_key(tmp_path: Path) -> None:
    policies = compiled(tmp_path, about("Agent", "object.spec.max__dash__turns < 10"), _CRD)
    (rule,) = policies.compiled[0].rules
    (read, _) = rule.program.node.arguments  # type: ignore[union-attr]
    assert isinstance(read, Select)
    assert read.field == "max-turns"


def test_two_kinds_that_disagree_are_told_once_each(tmp_path: Path) -> None:
    told = messages(tmp_path, about("Deployment, StatefulSet", "object.spec.serviceName == object.spec.paused"))
    assert len(told) == 2


def test_a_decision_reads_the_object(tmp_path: Path) -> None:
    engine = Engine(compiled(tmp_path, about("Deployment", "object.spec.replicas <= 3")))
    for replicas, allowed in ((3, True), (4, False)):
        manifest = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": "a", "image": "a"}]}}},
        }
        assert decide_document(engine, manifest, now=Instant(0)).decision.allowed is allowed


def test_a_schema_is_part_of_what_the_digest_covers(tmp_path: Path) -> None:
    rule = about("Agent", "has(object.spec.max__dash__turns)")
    before = compiled(tmp_path, rule).digest
    assert compiled(tmp_path, rule, _CRD).digest != before
