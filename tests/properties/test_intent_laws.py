"""What is added to a workload never makes its Intent say less: no device, model or image is hidden by another.

Workloads are drawn from templates of known kinds, nested in each other at random.
"""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.model.intent import MAX_INT64, Intent
from support.intents import intent_of

Json = dict[str, Any]

_RESOURCES: Final = ("nvidia.com/gpu", "nvidia.com/mig-1g.5gb", "volcano.sh/vgpu-number")
_SCRIPTS: Final = (
    "vllm serve Qwen/Qwen3-8B",
    "vllm serve --port 80 $M",
    "cd /w && ollama pull llama3",
    "python -c \"snapshot_download('a/b')\"",
)
_GPU: Final = "device.attributes['gpu.nvidia.com']"
_SELECTORS: Final = (
    f"{_GPU}.productName == 'NVIDIA L4'",
    f"{_GPU}.architecture == 'Hopper'",
    f"{_GPU}.uuid == 'x' || true",
    "device.driver ==",
)

_QUANTITIES: Final = st.sampled_from([1, "2", "8", 3, "1k", "x", 0, -1])
_RESOURCE: Final = st.sampled_from(_RESOURCES)
_CONTAINERS: Final = st.fixed_dictionaries(
    {
        "name": st.just("c"),
        "image": st.sampled_from(["a", "vllm/vllm-openai:v1", "ollama/ollama"]),
        "resources": st.fixed_dictionaries(
            {"limits": st.dictionaries(_RESOURCE, _QUANTITIES, min_size=1, max_size=2)},
            optional={"requests": st.dictionaries(_RESOURCE, _QUANTITIES, max_size=2)},
        ),
    },
    optional={
        "command": st.sampled_from(_SCRIPTS).map(lambda script: ["sh", "-c", script]),
        "args": st.lists(
            st.sampled_from(["--model", "Qwen/Qwen3-8B", "--served-model-name=x", "$(M)"]), max_size=3
        ),
        "env": st.just([{"name": "M", "value": "google/gemma-2b"}]),
        "restartPolicy": st.just("Always"),
    },
)
_POD_SPECS: Final = st.fixed_dictionaries(
    {"containers": st.lists(_CONTAINERS, min_size=1, max_size=3)},
    optional={
        "initContainers": st.lists(_CONTAINERS, max_size=2),
        "nodeSelector": st.sampled_from([{"nvidia.com/gpu.product": "NVIDIA-L4"}, {"a": "b"}]),
        "resourceClaims": st.just([{"name": "g", "resourceClaimTemplateName": "t"}]),
    },
)
_TEMPLATES: Final = _POD_SPECS.map(lambda spec: {"metadata": {}, "spec": spec})
_NUMBERS: Final = st.sampled_from([1, 2, 3, 1000, 0])


def _object(version: str, kind: str, spec: Json) -> Json:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "w"}, "spec": spec}


@st.composite
def _claims(draw: st.DrawFn) -> Json:
    request = {
        "deviceClassName": draw(st.sampled_from(["gpu.nvidia.com", "mig.nvidia.com", "ours"])),
        "selectors": [
            {"cel": {"expression": each}} for each in draw(st.lists(st.sampled_from(_SELECTORS), max_size=2))
        ],
        "count": draw(_NUMBERS),
    }
    form = draw(st.sampled_from(["exactly", "firstAvailable"]))
    body = {"name": "r", form: request if form == "exactly" else [request]}
    return _object("resource.k8s.io/v1", "ResourceClaim", {"devices": {"requests": [body]}})


@st.composite
def _flat(draw: st.DrawFn) -> Json:
    template = draw(_TEMPLATES)
    match draw(
        st.sampled_from(["Pod", "Deployment", "Job", "JobSet", "LeaderWorkerSet", "RayCluster", "PyTorchJob"])
    ):
        case "Pod":
            return _object("v1", "Pod", template["spec"])
        case "Deployment":
            return _object("apps/v1", "Deployment", {"replicas": draw(_NUMBERS), "template": template})
        case "Job":
            return _object("batch/v1", "Job", {"parallelism": draw(_NUMBERS), "template": template})
        case "JobSet":
            job = {"replicas": draw(_NUMBERS), "template": {"spec": {"template": template}}}
            return _object("jobset.x-k8s.io/v1alpha2", "JobSet", {"replicatedJobs": [job]})
        case "LeaderWorkerSet":
            group = {"size": draw(_NUMBERS), "workerTemplate": template}
            return _object(
                "leaderworkerset.x-k8s.io/v1",
                "LeaderWorkerSet",
                {"replicas": draw(_NUMBERS), "leaderWorkerTemplate": group},
            )
        case "RayCluster":
            workers = [{"replicas": draw(_NUMBERS), "template": draw(_TEMPLATES)}]
            spec = {"headGroupSpec": {"template": template}, "workerGroupSpecs": workers}
            return _object("ray.io/v1", "RayCluster", spec)
        case _:
            roles = {
                "Master": {"template": template},
                "Worker": {"replicas": draw(_NUMBERS), "template": template},
            }
            return _object("kubeflow.org/v1", "PyTorchJob", {"pytorchReplicaSpecs": roles})


@st.composite
def _workflows(draw: st.DrawFn, inner: st.SearchStrategy[Json]) -> Json:
    """A workflow that makes other objects, in loops."""
    loop: Json = draw(
        st.sampled_from([{}, {"withItems": [1, 2]}, {"withParam": "{{x}}"}, {"withSequence": {"count": "3"}}])
    )
    steps = [[{"name": "s", "template": "make", **loop}]]
    templates = [
        {"name": "main", "steps": steps},
        {"name": "make", "resource": {"action": "create", "manifest": json.dumps(draw(inner))}},
        {"name": "own", "container": draw(_CONTAINERS)},
    ]
    return _object("argoproj.io/v1alpha1", "Workflow", {"entrypoint": "main", "templates": templates})


@st.composite
def _experiments(draw: st.DrawFn, inner: st.SearchStrategy[Json]) -> Json:
    spec = {"parallelTrialCount": draw(_NUMBERS), "trialTemplate": {"trialSpec": draw(inner)}}
    return _object("kubeflow.org/v1beta1", "Experiment", spec)


WORKLOADS: Final = st.recursive(
    _flat() | _claims(), lambda inner: _workflows(inner) | _experiments(inner), max_leaves=3
)

_NUMBER_KEYS: Final = frozenset({"count", "parallelTrialCount", "parallelism", "replicas", "size"})
_GROWING: Final = _NUMBER_KEYS | {"containers", "firstAvailable"}
_MORE: Final = {"name": "more", "deviceClassName": "tpu.google.com", "count": 1}


def _places(value: Any) -> Iterator[Json]:
    """All objects in `value`."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _places(each)
    elif isinstance(value, list):
        for each in value:
            yield from _places(each)


def _opened(document: Json) -> Json:
    """`document` with the objects in its texts in their places, to be grown."""
    opened = copy.deepcopy(document)
    for each in _places(opened):
        if isinstance(each.get("manifest"), str):
            each["manifest"] = _opened(json.loads(each["manifest"]))
    return opened


def _closed(document: Json) -> Json:
    for each in _places(document):
        if isinstance(each.get("manifest"), dict):
            each["manifest"] = json.dumps(_closed(each["manifest"]))
    return document


@st.composite
def _grown(draw: st.DrawFn) -> tuple[Json, Json]:
    """A workload, and the same with one container, replica or alternative more."""
    before = draw(WORKLOADS)
    after = _opened(before)
    growing = [(each, key) for each in _places(after) for key in sorted(_GROWING & each.keys())]
    holder, key = draw(st.sampled_from(growing))
    if key == "containers":
        holder[key].append(draw(_CONTAINERS))
    elif key == "firstAvailable":
        holder[key].append(_MORE)
    else:
        holder[key] = int(holder[key]) + 1
    return before, _closed(after)


def _read(document: Json) -> Intent | None:
    """The Intent, or None where the document is refused."""
    try:
        return intent_of(document)
    except RequestError:
        return None


def _totals(intent: Intent) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in intent["accelerators"]:
        found[each["resource"]] = min(found[each["resource"]] + each["total"], MAX_INT64)
    return found


@given(_grown())
def test_what_is_added_never_makes_an_intent_say_less(documents: tuple[Json, Json]) -> None:
    before, after = map(_read, documents)
    if before is None or after is None:
        return
    assert _totals(before) <= _totals(after)
    assert before["workload"]["pods"] <= after["workload"]["pods"]
    assert _names(before) <= _names(after)
    assert Counter(each["reference"] for each in before["images"]) <= Counter(
        each["reference"] for each in after["images"]
    )


def _names(intent: Intent) -> set[str]:
    """The models that are known. One that isn't can be told by what is added."""
    return {model["name"] for model in intent["models"]} - {"unknown"}


def _asked(document: Json) -> Counter[str]:
    """What main containers ask for in plain numbers, as if each pod ran once."""
    found: Counter[str] = Counter()
    for each in _places(_opened(document)):
        for container in each.get("containers", []):
            for resource, quantity in container.get("resources", {}).get("limits", {}).items():
                found[resource] += max(int(quantity), 0) if str(quantity).isdigit() else 0
    return found


@given(WORKLOADS)
def test_no_device_is_counted_less_than_it_is_asked_for(document: Json) -> None:
    numbers = [each[key] for each in _places(_opened(document)) for key in _NUMBER_KEYS & each.keys()]
    intent = _read(document)
    if intent is not None and 0 not in numbers:
        assert _asked(document) <= _totals(intent)


@given(WORKLOADS)
def test_the_total_is_what_all_pods_ask_for(document: Json) -> None:
    intent = _read(document)
    if intent is None:
        return
    for each in intent["accelerators"]:
        assert each["total"] == min(each["count"] * each["pods"], MAX_INT64)


@given(_flat(), st.integers(2, 5))
def test_what_a_loop_makes_is_multiplied(made: Json, times: int) -> None:
    once = _read(made)
    steps = [[{"name": "s", "template": "make", "withItems": [0] * times}]]
    maker = {"name": "make", "resource": {"action": "create", "manifest": json.dumps(made)}}
    looped = _read(
        _object("argoproj.io/v1alpha1", "Workflow", {"templates": [{"name": "main", "steps": steps}, maker]})
    )
    if once is not None and looped is not None:
        expected = {name: min(total * times, MAX_INT64) for name, total in _totals(once).items()}
        assert _totals(looped) == expected
