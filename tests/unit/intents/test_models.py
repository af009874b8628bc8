from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from support.intents import intent_of, models, pod

_VLLM = "vllm/vllm-openai:v0.10.0"


def _names(*containers: dict[str, Any]) -> list[str]:
    return [model["name"] for model in models(*containers)]


def _env(**variables: str) -> dict[str, Any]:
    return {"env": [{"name": name, "value": value} for name, value in variables.items()]}


@pytest.mark.parametrize(
    "container",
    [
        {"args": ["--model", "Qwen/Qwen3-8B"]},
        {"args": ["--model=Qwen/Qwen3-8B"]},
        {"args": ["--model-id=Qwen/Qwen3-8B"]},
        {"args": ["--model_name_or_path", "Qwen/Qwen3-8B"]},
        {"args": ["--model-path", "Qwen/Qwen3-8B"]},
        {"command": ["python3", "-m", "server"], "args": ["--model", "Qwen/Qwen3-8B"]},
        {"command": ["vllm", "serve", "Qwen/Qwen3-8B"]},
        {"command": ["/usr/bin/vllm", "serve"], "args": ["Qwen/Qwen3-8B"]},
        {"command": ["ollama", "pull", "Qwen/Qwen3-8B"]},
        {"command": ["lmdeploy", "serve", "api_server", "Qwen/Qwen3-8B"]},
        {"command": ["bash", "-c", "exec vllm serve Qwen/Qwen3-8B \\\n --port 80"]},
        {"command": ["bash", "-c"], "args": ["sh -c 'vllm serve Qwen/Qwen3-8B'"]},
        {"image": _VLLM, "args": ["Qwen/Qwen3-8B", "--port=80"]},
        {"args": ["--model=$(M)"], **_env(M="Qwen/Qwen3-8B")},
        {"command": ["sh", "-c", "vllm serve ${M}"], **_env(M="Qwen/Qwen3-8B")},
        {"command": ["sh", "-c", "vllm serve $M"], **_env(M="Qwen/Qwen3-8B")},
        _env(MODEL_ID="Qwen/Qwen3-8B"),
        _env(MODEL_NAME="Qwen/Qwen3-8B"),
        _env(NIM_MODEL_NAME="Qwen/Qwen3-8B"),
        _env(LLM_MODEL="Qwen/Qwen3-8B"),
        _env(HF_MODEL_ID="Qwen/Qwen3-8B"),
        _env(LLAMA_ARG_HF_REPO="Qwen/Qwen3-8B"),
        {"image": "ghcr.io/ggml-org/llama.cpp:server", "args": ["-hf", "Qwen/Qwen3-8B"]},
        {"image": "ghcr.io/ggml-org/llama.cpp:server-cuda", "args": ["-m", "Qwen/Qwen3-8B", "-c", "4096"]},
        {"command": ["/opt/llama-server", "-m", "Qwen/Qwen3-8B"]},
        {"command": ["trtllm-serve", "Qwen/Qwen3-8B"]},
        {"command": ["trtllm-serve", "serve", "Qwen/Qwen3-8B"]},
        {"command": ["bash", "-ce", "vllm serve Qwen/Qwen3-8B"]},
        {"command": ["bash", "-lc", "--"], "args": ["vllm serve Qwen/Qwen3-8B"]},
        {"lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", "sleep 5; ollama pull Qwen/Qwen3-8B"]}}}},
        {"image": _VLLM, **_env(MODEL_ID="Qwen/Qwen3-8B")},
    ],
    ids=str,
)
def test_every_way_to_name_a_model_is_read(container: dict[str, Any]) -> None:
    (model,) = models(container)
    assert (model["name"], model["class"], model["provider"]) == ("Qwen/Qwen3-8B", "open-weight", "alibaba")


def test_a_model_says_where_it_was_named_and_how_surely() -> None:
    (model,) = models({"command": ["vllm"], "args": ["serve", "google/gemma-2-9b-it"]})
    assert model == {
        "name": "google/gemma-2-9b-it",
        "provider": "google",
        "class": "open-weight",
        "hosting": "selfHosted",
        "confidence": "declared",
        "source": "spec.containers[0].args[1]",
    }
    (inferred,) = models({"image": _VLLM, "args": ["google/gemma-2-9b-it"]})
    assert inferred["confidence"] == "inferred"


def test_an_api_model_has_the_prices_of_the_catalog() -> None:
    (model,) = models(_env(OPENAI_MODEL="gpt-4o"))
    assert (model["inputPrice"], model["outputPrice"], model["hosting"]) == (2_500_000, 10_000_000, "external")


@pytest.mark.parametrize(
    ("name", "provider", "class_name"),
    [
        ("openai/gpt-4o", "openai", "frontier"),
        ("anthropic/claude-sonnet-4-5", "anthropic", "standard"),
        ("gemini/gemini-2.5-flash", "google", "standard"),
        ("azure/gpt-4o", "unknown", "unknown"),
        ("anthropic/gpt-4o", "unknown", "unknown"),
        ("openai/llama3", "unknown", "unknown"),
        ("openai/nobody-knows", "unknown", "unknown"),
        ("hf.co/Qwen/Qwen3-8B-GGUF:Q4_K_M", "alibaba", "open-weight"),
        ("https://huggingface.co/Qwen/Qwen3-8B", "alibaba", "open-weight"),
        ("hf.co/nobody/knows", "unknown", "unknown"),
        ("llama3.1:8b", "meta", "open-weight"),
    ],
)
def test_a_model_is_known_with_its_providers_own_prefix(name: str, provider: str, class_name: str) -> None:
    (model,) = models(_env(LLM_MODEL=name))
    assert (model["name"], model["provider"], model["class"]) == (name, provider, class_name)


def test_the_address_of_weights_on_a_hub_is_the_model() -> None:
    (model,) = models({"args": ["--model=hf://meta-llama/Llama-3.1-8B"]})
    assert (model["name"], model["class"]) == ("hf://meta-llama/Llama-3.1-8B", "open-weight")


def test_served_names_are_models_of_the_class_of_what_is_loaded() -> None:
    found = models({"args": ["--served-model-name", "chat", "fast", "--model", "meta-llama/Llama-3.1-8B"]})
    assert [(model["name"], model["class"]) for model in found] == [
        ("meta-llama/Llama-3.1-8B", "open-weight"),
        ("chat", "open-weight"),
        ("fast", "open-weight"),
    ]


def test_a_known_alias_does_not_vouch_for_unknown_weights() -> None:
    found = models({"args": ["--model=/models/x", "--served-model-name=deepseek-ai/DeepSeek-R1"]})
    assert [(model["name"], model["class"]) for model in found] == [
        ("/models/x", "unknown"),
        ("deepseek-ai/DeepSeek-R1", "open-weight"),
    ]


def test_an_alias_does_not_hide_that_nothing_says_what_is_loaded() -> None:
    found = models({"image": _VLLM, "args": ["--config=/etc/vllm.yaml", "--served-model-name=gpt-4o"]})
    assert [(model["name"], model["class"]) for model in found] == [
        ("unknown", "unknown"),
        ("gpt-4o", "frontier"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--speculative-config", '{"model": "google/gemma-2b"}'],
        ["--speculative-model", "google/gemma-2b"],
        ["--speculative-config=google/gemma-2b"],
    ],
)
def test_a_draft_does_not_hide_that_nothing_says_what_answers(arguments: list[str]) -> None:
    assert _names({"image": _VLLM, "args": arguments}) == ["google/gemma-2b", "unknown"]
    assert _names({"image": _VLLM, "args": ["--model=a", *arguments]}) == ["a", "google/gemma-2b"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("sql=/adapters/sql", "sql"),
        ('{"name": "sql", "path": "/adapters/sql"}', "sql"),
        ('{"path": "/adapters/sql"}', '{"path": "/adapters/sql"}'),
        ('{"name": 1}', '{"name": 1}'),
        ("[" * 10_000, "[" * 10_000),
    ],
)
def test_an_adapter_is_served_under_its_name(value: str, name: str) -> None:
    found = models({"args": ["--model=google/gemma-2b", "--lora-modules", value]})
    assert [(model["name"], model["class"]) for model in found] == [
        ("google/gemma-2b", "open-weight"),
        (name, "open-weight"),
    ]


def test_an_alias_of_several_models_has_no_class() -> None:
    found = models({"args": ["--model=google/gemma-2b", "--draft-model=meta-llama/X", "--served-model-name=a"]})
    assert found[-1]["class"] == "unknown"


@pytest.mark.parametrize(
    "container",
    [
        {"args": ["--model", "{{ .Values.model }}"]},
        {"args": ["--model=$(MODEL_FROM_ELSEWHERE)"]},
        {"command": ["sh", "-c", "vllm serve $NAME"]},
        {"command": ["sh", "-c", "vllm serve ${NAME}"]},
        {"args": ["--model=<%= model %>"]},
        _env(MODEL_ID="$(OTHER)"),
        _env(MODEL_ID="$(OTHER)", OTHER="x" * 257),
        _env(MODEL_ID="$(OTHER)" * 40, OTHER="x"),
        {"env": [{"name": "MODEL_ID", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "id"}}}]},
        {"image": _VLLM},
        {"image": "ollama/ollama", "args": ["serve"]},
        {"image": "nvcr.io/nvidia/tritonserver:24.01-py3"},
        {"image": "lmsysorg/sglang:latest", "args": ["--port", "--model"]},
        {"image": _VLLM, "args": ["/bin/server"]},
        {"image": _VLLM, "args": ["serve"]},
        {"image": "ghcr.io/ggml-org/llama.cpp:server"},
        {"image": "huggingface-pytorch-tgi-inference:2.7"},
        {"command": ["vllm", "serve", "--config", "/etc/vllm.yaml"]},
        {"command": ["bash", "-c", "vllm serve && true"]},
        {"command": ["/usr/bin/python3", "-m", "vllm.entrypoints.openai.api_server"]},
        {"command": ["python3", "-m", "sglang.launch_server", "--port", "80"]},
        {"command": ["/opt/llama-server"]},
        {"lifecycle": {"postStart": {"exec": {"command": ["ollama", "serve"]}}}},
    ],
    ids=str,
)
def test_a_model_that_is_there_but_cannot_be_known_is_unknown_and_noted(container: dict[str, Any]) -> None:
    intent = intent_of(pod(container))
    (model,) = intent["models"]
    assert (model["name"], model["class"], model["confidence"]) == ("unknown", "unknown", "unknown")
    assert [each["path"] for each in intent["unresolved"]] == [model["source"]]


@pytest.mark.parametrize(
    "container",
    [
        {"image": "ghcr.io/acme/train:1", "args": ["--epochs", "3"]},
        {"image": "vllm/vllm-router:1"},
        {"image": "postgis/postgis:16"},
        {"image": "acme/ollama-exporter:1"},
        {"command": ["python", "-m", "http.server"]},
        {"lifecycle": {"postStart": {"httpGet": {"path": "/"}}}},
        {"image": "$IMAGE"},
        {},
        _env(OLLAMA_MODELS="/root/.ollama", MODEL_PATH="/models", MODEL_ID=""),
        {"command": ["serve", "X"]},
        {"args": ["--model"]},
        {"args": ["--model", ";"]},
        {"args": ["--models=many"]},
        {"env": [{"name": "HOME"}]},
    ],
    ids=str,
)
def test_who_names_no_model_has_none(container: dict[str, Any]) -> None:
    assert models(container) == []


def test_an_init_container_serves_no_model() -> None:
    spec = pod({}, initContainers=[{"name": "i", "image": _VLLM}])
    assert intent_of(spec)["models"] == []
    spec = pod({}, initContainers=[{"name": "i", "image": _VLLM, "restartPolicy": "Always"}])
    assert [model["name"] for model in intent_of(spec)["models"]] == ["unknown"]


def test_a_nim_image_is_called_after_its_model() -> None:
    (model,) = models({"image": "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.3"})
    assert (model["name"], model["class"], model["confidence"]) == (
        "meta/llama-3.1-8b-instruct",
        "open-weight",
        "inferred",
    )
    assert models({"image": "quay.io/nim/meta/llama-3.1-8b-instruct:1.3"}) == []


def test_a_model_named_twice_is_one() -> None:
    assert _names({"args": ["--model=a"], **_env(MODEL_ID="a")}, {"args": ["--model=a"]}) == ["a"]


def test_unknown_models_stay_apart() -> None:
    assert _names({"image": _VLLM}, {"image": _VLLM}) == ["unknown", "unknown"]


def test_a_command_of_its_own_ends_the_convention_of_the_image() -> None:
    assert _names({"image": _VLLM, "command": ["run"], "args": ["a/b"]}) == ["unknown"]
    assert _names({"image": "ollama/ollama", "args": ["a/b"]}) == ["unknown"]


def test_a_script_that_cannot_be_read_is_noted() -> None:
    intent = intent_of(pod({"command": ["sh", "-c"], "args": ["vllm serve X 'Y"]}))
    assert intent["models"][0]["name"] == "X"
    assert intent["unresolved"][0]["path"] == "spec.containers[0].args[0]"


@pytest.mark.parametrize(
    ("container", "path"),
    [
        ({"args": "x"}, "args"),
        ({"args": [1]}, "args[0]"),
        ({"command": {}}, "command"),
        ({"env": {}}, "env"),
        ({"env": [1]}, "env[0]"),
        ({"env": [{"name": 1}]}, "env[0].name"),
        ({"env": [{"name": "MODEL", "value": 1}]}, "env[0].value"),
        ({"image": []}, "image"),
        ({"lifecycle": {"postStart": {"exec": {"command": [1]}}}}, "lifecycle.postStart.exec.command[0]"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(container: dict[str, Any], path: str) -> None:
    with pytest.raises(RequestError) as caught:
        models(container)
    assert caught.value.path == f"$.spec.containers[0].{path}"


@given(st.lists(st.text("-abcmodel=$(){}'\" ;&", max_size=12) | st.sampled_from(["-c", "--model"]), max_size=6))
def test_no_command_line_is_too_strange(arguments: list[str]) -> None:
    arguments = [argument.replace("\0", "") for argument in arguments]
    for model in models({"command": arguments}):
        assert model["name"]


def test_scripts_that_would_take_long_to_read_are_refused() -> None:
    shell = {"image": "x", "command": ["sh", "-c", "'" + "a" * 65_000 + "'"]}
    assert not models(*[shell] * 4)
    with pytest.raises(
        RequestError, match="`spec`: the scripts in it are longer than 262144 characters"
    ) as caught:
        models(*[shell] * 5)
    assert caught.value.path == "$.spec"


_TINY = {"name": "M", "value": "acme/tiny"}


@pytest.mark.parametrize(
    "later",
    [{"name": "M", "valueFrom": {"fieldRef": {}}}, {"name": "M", "value": "x", "valueFrom": {}}, {"name": "M"}],
)
def test_of_two_variables_of_one_name_the_later_counts_also_where_its_value_is_elsewhere(
    later: dict[str, Any],
) -> None:
    served = {"command": ["vllm", "serve", "$(M)"]}
    assert [model["name"] for model in models({**served, "env": [_TINY]})] == ["acme/tiny"]
    assert [model["name"] for model in models({**served, "env": [_TINY, later]})] == ["unknown"]


@pytest.mark.parametrize(
    "script",
    [
        "M=evil/x; vllm serve $M",
        "export M=evil/x && vllm serve ${M}",
        "M+=/x vllm serve $M",
        "read M < /model; vllm serve $M",
        "for M in evil/x; do vllm serve $M; done",
    ],
)
def test_a_variable_that_a_script_sets_is_not_the_one_of_the_environment(script: str) -> None:
    found = models({"command": ["sh", "-c", script], "env": [_TINY]})
    assert [model["name"] for model in found] == ["unknown"]
