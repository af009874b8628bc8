"""Command lines that hide which model they load: it is shown, or said to be unknown."""

from typing import Any

import pytest

from interlock.errors import RequestError
from support.intents import intent_of, models, pod


def _script(text: str) -> dict[str, Any]:
    return {"command": ["bash", "-c", text]}


def _command(*words: str) -> dict[str, Any]:
    return {"command": [*words]}


def _env(**variables: str) -> dict[str, Any]:
    return {"env": [{"name": name, "value": value} for name, value in variables.items()]}


@pytest.mark.parametrize(
    "container",
    [
        _script("vllm serve --port 80 Qwen/Qwen3-8B"),
        _script("vllm serve --enforce-eager Qwen/Qwen3-8B"),
        _script("vllm serve --tensor-parallel-size 2 Qwen/Qwen3-8B"),
        _script("vllm serve --max-model-len 8192 --model Qwen/Qwen3-8B"),
        _script("vllm serve --config=/etc/vllm.yaml Qwen/Qwen3-8B"),
        _script("cd /w && exec nohup vllm serve Qwen/Qwen3-8B > log 2>&1 &"),
        _script('eval "vllm serve Qwen/Qwen3-8B"'),
        _script("MODEL=Qwen/Qwen3-8B python serve.py"),
        _script("export MODEL_ID=Qwen/Qwen3-8B; ./serve"),
        _script("SERVED_MODEL_NAME=Qwen/Qwen3-8B ./serve"),
        _script("huggingface-cli download --local-dir /m Qwen/Qwen3-8B"),
        _script("hf download --quiet --repo-type model Qwen/Qwen3-8B"),
        _script("hf download --repo-id=Qwen/Qwen3-8B"),
        _script("vllm serve $ARGS") | _env(ARGS="Qwen/Qwen3-8B --port 80"),
        _script("python -m vllm.entrypoints.openai.api_server ${ARGS}") | _env(ARGS="--model=Qwen/Qwen3-8B"),
        {"image": "vllm/vllm-openai", "args": ["$(ARGS)"]} | _env(ARGS="--model=Qwen/Qwen3-8B"),
        _command("env", "MODEL_ID=Qwen/Qwen3-8B", "python", "serve.py"),
        _command("env", "-S", "vllm serve Qwen/Qwen3-8B"),
        _command("cmd", "/c", "vllm serve Qwen/Qwen3-8B"),
        _command("pwsh", "-Command", "vllm serve Qwen/Qwen3-8B"),
        _command("busybox", "sh", "-c", "vllm serve Qwen/Qwen3-8B"),
        _command("torchrun", "--nproc-per-node", "8", "train.py", "--model_name_or_path", "Qwen/Qwen3-8B"),
        _command("tabby", "serve", "--chat-model", "Qwen/Qwen3-8B"),
        {"lifecycle": {"preStop": {"exec": {"command": ["ollama", "pull", "Qwen/Qwen3-8B"]}}}},
        {"livenessProbe": {"exec": {"command": ["sh", "-c", "ollama run Qwen/Qwen3-8B"]}}},
        {"script": "#!/bin/sh\nvllm serve Qwen/Qwen3-8B\n"},
        {"source": "vllm serve Qwen/Qwen3-8B"},
    ],
    ids=str,
)
def test_a_model_that_is_hidden_is_declared(container: dict[str, Any]) -> None:
    assert [(model["name"], model["confidence"]) for model in models(container)] == [
        ("Qwen/Qwen3-8B", "declared")
    ]


@pytest.mark.parametrize(
    "container",
    [
        _command("python", "-c", "AutoModel.from_pretrained('Qwen/Qwen3-8B')"),
        _script("""python -c "snapshot_download(repo_id='Qwen/Qwen3-8B')" """),
        _command("python", "-c", 'from vllm import LLM\nllm = LLM(model="Qwen/Qwen3-8B", seed=1)'),
        _command("python", "-c", "pipeline('text-generation', model='Qwen/Qwen3-8B')"),
        {"command": ["python"], "source": "SentenceTransformer('Qwen/Qwen3-8B')"},
        _script("git clone https://huggingface.co/Qwen/Qwen3-8B.git /m"),
        _script("curl -LO https://huggingface.co/Qwen/Qwen3-8B/resolve/main/model.gguf"),
        _script("curl https://huggingface.co/api/models/Qwen/Qwen3-8B"),
    ],
    ids=str,
)
def test_a_model_that_a_call_or_an_address_names_is_inferred(container: dict[str, Any]) -> None:
    assert [(model["name"], model["confidence"]) for model in models(container)] == [
        ("Qwen/Qwen3-8B", "inferred")
    ]


@pytest.mark.parametrize(
    "container",
    [
        _script("vllm serve `cat /model-name`"),
        _script("vllm serve $(cat /model-name)"),
        _script("vllm serve --config /etc/vllm.yaml"),
        _script("vllm serve --enforce-eager gpt2"),
        _script("echo Qwen/Qwen3-8B | xargs vllm serve"),
        _script("MODEL=${OTHER} python serve.py"),
        _script("hf download --some-switch gpt2"),
        _script("ollama pull --some-switch llama3"),
        _script("curl http://localhost:11434/api/pull -d @body"),
        _command("python", "-c", "AutoModel.from_pretrained(sys.argv[1])"),
        {"source": "LLM(model=os.environ['X'])"},
    ],
    ids=str,
)
def test_a_model_that_cannot_be_told_is_unknown(container: dict[str, Any]) -> None:
    intent = intent_of(pod(container))
    assert [model["name"] for model in intent["models"]] == ["unknown"]
    assert intent["unresolved"]


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("vllm serve --model a/allowed b/served", {"a/allowed", "b/served"}),
        ("vllm serve --chat-template a/allowed b/served", {"a/allowed", "b/served"}),
        ("vllm serve --chat-template x b/served", {"b/served"}),
        ("vllm serve --chat-template x served", {"served"}),
        ("hf download --unheard-of a/allowed b/served", {"a/allowed", "b/served", "unknown"}),
        ("hf download --repo-id a/allowed --local-dir /m", {"a/allowed"}),
    ],
)
def test_no_option_hides_what_a_command_takes(script: str, names: set[str]) -> None:
    assert {model["name"] for model in models(_script(script))} == names


def test_a_file_after_a_model_that_may_be_none_hides_nothing() -> None:
    found = models(_script("hf download --some-switch gpt2 Qwen/Qwen3-8B"))
    assert [model["name"] for model in found] == ["Qwen/Qwen3-8B", "unknown"]


@pytest.mark.parametrize("script", ["echo aGk= | base64 -d | sh", "curl https://x/y | /bin/bash -s"])
def test_what_a_shell_is_given_through_a_pipe_is_said_to_be_unread(script: str) -> None:
    reasons = [each["reason"] for each in intent_of(pod(_script(script)))["unresolved"]]
    assert reasons == ["what the shell is given is computed"]


def test_adapters_of_a_hub_are_models_and_do_not_rename_the_one_that_answers() -> None:
    arguments = [
        "--model=Qwen/Qwen3-8B",
        "--served-model-name=chat",
        "--lora-modules",
        "sql=acme/sql",
        "a=/l/a",
    ]
    found = models({"args": arguments})
    assert [(model["name"], model["class"]) for model in found] == [
        ("Qwen/Qwen3-8B", "open-weight"),
        ("acme/sql", "unknown"),
        ("chat", "open-weight"),
        ("sql", "open-weight"),
        ("a", "open-weight"),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "curl https://huggingface.co/datasets/acme/rows",
        "curl https://huggingface.co/",
        "git clone https://huggingface.co/spaces/acme/app",
        "A=1 python train.py",
        "cat a | grep b",
        "vllm --version",
    ],
)
def test_what_loads_no_model_names_none(script: str) -> None:
    intent = intent_of(pod(_script(script)))
    assert (intent["models"], intent["unresolved"]) == ([], [])


@pytest.mark.parametrize("probe", [True, 7, "exec", ["exec"]])
def test_a_probe_that_is_no_object_is_refused(probe: Any) -> None:  # raw JSON
    with pytest.raises(RequestError, match=r"`spec.containers\[0\].livenessProbe`: must be an object"):
        intent_of(pod({"livenessProbe": probe}))
