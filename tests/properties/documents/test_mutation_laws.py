"""From documents to what is stored: what is changed, what is decided and what is returned are one object."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.errors import AuthorError
from interlock.intents.admission import from_manifest
from interlock.loading.policyset import load
from interlock.model.decision import Decision
from interlock_webhooks.jsonpatch import json_patch
from support.jsonpatch import applied
from support.strategies import NOW

_HEAD: Final = "apiVersion: interlock.dev/v1alpha1\nkind: "
_SETTINGS: Final = (
    f"{_HEAD}PolicySet\nmetadata: {{name: open}}\nspec:\n  layers: [{{name: high}}, {{name: low}}]\n"
)
_RULES: Final = """\
  rules:
    - {name: ends, require: "object.spec.?activeDeadlineSeconds.orValue(99) <= 20", message: too long}
    - {name: owned, require: has(intent.attribution.team), message: no team}
"""

_CONDITIONS: Final = (
    "",
    "",
    "has(object.spec.suspend)",
    "object.spec.?parallelism.orValue(0) > 2",
    "object.metadata.?labels[?'team'].orValue('') == 'ads'",
    "object.spec.template.spec.containers.exists(c, c.image == 'b')",
    "object.spec.parallelism > 1",
)
_CHANGES: Final = {
    "defaults": (
        "path: [spec, activeDeadlineSeconds], value: 30",
        "path: [spec, activeDeadlineSeconds], value: 10",
        "path: [metadata, labels, team], value: search",
        'path: [spec, template, spec, containers, "*", imagePullPolicy], value: Always',
    ),
    "clamps": (
        "path: [spec, activeDeadlineSeconds], ceiling: 20",
        "path: [spec, parallelism], ceiling: 3, floor: 2",
        "path: [spec, parallelism], floor: 3",
    ),
    "unions": (
        "path: [spec, template, spec, tolerations], items: [{key: gpu, operator: Exists}]",
        "path: [spec, template, spec, tolerations], items: [{key: spot}, {key: gpu, operator: Exists}]",
        "path: [spec, template, spec, containers], items: [{name: proxy, image: b}]",
    ),
    "locks": (
        "path: [spec, suspend], value: false",
        "path: [spec, activeDeadlineSeconds], value: 15",
        'path: [spec, template, spec, containers, "*", imagePullPolicy], value: Never',
        "path: [metadata, labels, team], value: ads",
    ),
}
_CONTAINERS: Final = st.fixed_dictionaries(
    {"name": st.just("main"), "image": st.sampled_from(["a", "b"])},
    optional={"imagePullPolicy": st.sampled_from(["Always", "Never"])},
)
_PODS: Final = st.fixed_dictionaries(
    {"containers": st.lists(_CONTAINERS, max_size=2)},
    optional={"tolerations": st.lists(st.sampled_from([{"key": "gpu"}, {"key": "spot"}]), max_size=2)},
)
_SPECS: Final = st.fixed_dictionaries(
    {"template": st.fixed_dictionaries({"spec": _PODS})},
    optional={"parallelism": st.integers(1, 40), "suspend": st.booleans()},
)


@st.composite
def _policies(draw: st.DrawFn) -> list[str]:
    """Policies of two layers that change Jobs, some of them only where something is so."""
    made = [f"{_HEAD}IntentPolicy\nmetadata: {{name: rules}}\nspec:\n  layer: low\n  description: d\n{_RULES}"]
    for number in range(draw(st.integers(1, 3))):
        text = f"{_HEAD}IntentPolicy\nmetadata: {{name: p{number}}}\nspec:\n  description: d\n"
        text += f"  layer: {draw(st.sampled_from(['high', 'low']))}\n  match: {{kinds: [Job]}}\n"
        for name, changes in _CHANGES.items():
            chosen = draw(st.lists(st.sampled_from(changes), max_size=1 if name != "defaults" else 2))
            text += f"  {name}:\n" if chosen else ""
            for change in chosen:
                when = draw(st.sampled_from(_CONDITIONS))
                text += f"    - {{{change}{f', when: {chr(34)}{when}{chr(34)}' if when else ''}}}\n"
        made.append(
            text if ":\n    - " in text else f"{text}  rules: [{{name: r, require: 'true', message: m}}]\n"
        )
    return made


@st.composite
def _jobs(draw: st.DrawFn) -> dict[str, Any]:
    """A Job; most have a team, and a deadline that the rules let through."""
    metadata: dict[str, Any] = {"name": "job"}
    spec: dict[str, Any] = draw(_SPECS)
    labels = draw(st.sampled_from([{"team": "ads"}, {"team": "search"}, {"team": "search"}, {}, None]))
    if labels is not None:
        metadata["labels"] = labels
    if ends := draw(st.sampled_from([1, 5, 10, 15, 20, 30, "soon", None])):
        spec["activeDeadlineSeconds"] = ends
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}


def _engines(documents: list[str], *orders: list[str]) -> Iterator[Engine]:
    """An engine by `documents` in each order, one file each; nothing where loading refuses them."""
    for order in (documents, *orders):
        with TemporaryDirectory() as folder:
            (Path(folder) / "settings.yaml").write_text(_SETTINGS)
            for number, text in enumerate(order):
                (Path(folder) / f"{number}.yaml").write_text(text)
            try:
                yield Engine(load([Path(folder)]))
            except AuthorError:
                assume(False)  # noqa: FBT003  # as Hypothesis has it


def _mutated(engine: Engine, document: dict[str, Any]) -> Decision:
    intent, changes = engine.mutate(document, lambda each: from_manifest(each, engine.context_at(NOW)))
    return engine.decide(intent, now=NOW, changes=changes)


# Each example loads a policy set, which takes as long as hundreds of decisions.
_FULL_STACK: Final = settings(
    max_examples=max(settings.default.max_examples // 4, 10),  # type: ignore[union-attr]  # there is a default
    suppress_health_check=[HealthCheck.filter_too_much],
)


@_FULL_STACK
@given(_policies(), st.lists(_jobs(), min_size=3, max_size=5))
def test_admitted_is_validated(documents: list[str], jobs: list[dict[str, Any]]) -> None:
    """What `/mutate` decides is what `/validate` decides of the object that `/mutate` returns."""
    (engine,) = _engines(documents)
    for job in jobs:
        decision = _mutated(engine, job)
        stored = applied(job, json_patch(job, decision.patches))
        validated = engine.decide(from_manifest(stored, engine.context_at(NOW)), now=NOW)
        allowed = validated.allowed and not decision.conflicts
        assert record(replace(decision, patches=(), conflicts=())) == record(
            replace(validated, allowed=allowed)
        )


@_FULL_STACK
@given(_policies(), st.lists(_jobs(), min_size=3, max_size=5))
def test_mut_idempotent(documents: list[str], jobs: list[dict[str, Any]]) -> None:
    (engine,) = _engines(documents)
    for job in jobs:
        decision = _mutated(engine, job)
        if not decision.conflicts:
            again = _mutated(engine, applied(job, json_patch(job, decision.patches)))
            assert again == replace(decision, patches=())


@_FULL_STACK
@given(_policies(), st.lists(_jobs(), min_size=3, max_size=5), st.randoms(use_true_random=False))
def test_mut_order_independent(documents: list[str], jobs: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(documents, len(documents))
    one, other = _engines(documents, shuffled)
    for job in jobs:
        assert record(_mutated(one, job)) == record(_mutated(other, job))


@_FULL_STACK
@given(_policies(), st.lists(_jobs(), min_size=3, max_size=5))
def test_mut_conflict_denies(documents: list[str], jobs: list[dict[str, Any]]) -> None:
    (engine,) = _engines(documents)
    for job in jobs:
        decision = _mutated(engine, job)
        if decision.conflicts:
            assert not decision.allowed
            assert len(decision.conflicts) == sum(
                reason["code"] == "conflict" for reason in record(decision)["reasons"]
            )


def test_what_is_drawn_meets() -> None:
    """Laws are held of decisions of all sorts: what is changed is often allowed, and not always."""
    found: Counter[str] = Counter()

    @settings(_FULL_STACK, max_examples=60, derandomize=True, database=None, phases=[Phase.generate])
    @given(_policies(), st.lists(_jobs(), min_size=3, max_size=5))
    def look(documents: list[str], jobs: list[dict[str, Any]]) -> None:
        (engine,) = _engines(documents)
        for job in jobs:
            decision = _mutated(engine, job)
            as_it_is = engine.decide(from_manifest(job, engine.context_at(NOW)), now=NOW)
            found["decided"] += 1
            found["allowed as changed"] += decision.allowed and bool(decision.patches)
            found["allowed if changed"] += decision.allowed and not as_it_is.allowed
            found["denied"] += not decision.allowed and not decision.conflicts
            found["in conflict"] += bool(decision.conflicts)

    look()
    assert min(found["allowed as changed"], found["denied"]) >= found["decided"] / 6, found
    assert found["in conflict"] >= found["decided"] / 20, found
    assert found["allowed if changed"] >= 1, found
