"""Which arguments, variables and images name a model.

Tables only, gathered from how servers of models are started in practice. A
`weights` name says what is loaded, an `alias` under which name it is served.
"""

from typing import Final

WEIGHTS_FLAGS: Final = frozenset(
    {
        "--base-model",
        "--draft-model",
        "--embedding-model",
        "--hf-model",
        "--hf-repo",
        "--llm-model",
        "--model",
        "--model-id",
        "--model-name-or-path",
        "--model-path",
        "--pretrained-model-name-or-path",
        "--reward-model",
        "--speculative-draft-model-path",
        "--speculative-model",
    }
)
"""Options, with `-` for `_`, whose value is a model or where its weights are."""

ALIAS_FLAGS: Final = frozenset({"--model-name", "--served-model-name"})
"""Options, with `-` for `_`, whose values are names under which a model is served."""

COMMANDS: Final = (
    ("vllm", "serve"),
    ("ollama", "run"),
    ("ollama", "pull"),
    ("lmdeploy", "serve", "api_server"),
    ("huggingface-cli", "download"),
    ("hf", "download"),
)
"""Commands whose next word is a model, unless that is an option."""

WEIGHTS_VARIABLES: Final = frozenset(
    {
        "ANTHROPIC_MODEL",
        "BASE_MODEL",
        "BASE_MODEL_ID",
        "EMBEDDING_MODEL",
        "EMBEDDING_MODEL_ID",
        "HF_MODEL",
        "HF_MODEL_ID",
        "HF_MODEL_NAME",
        "HUGGINGFACE_MODEL",
        "LLM_MODEL",
        "LLM_MODEL_ID",
        "LLM_MODEL_NAME",
        "MODEL",
        "MODEL_ID",
        "MODEL_NAME",
        "MODEL_PATH",
        "NIM_MODEL_NAME",
        "OLLAMA_MODEL",
        "OLLAMA_MODELS",
        "OPENAI_MODEL",
        "OPENAI_MODEL_NAME",
        "VLLM_MODEL",
    }
)
"""Variables whose value is a model."""

ALIAS_VARIABLES: Final = frozenset({"DOWNLOADER_MODEL_NAME", "NIM_SERVED_MODEL_NAME", "SERVED_MODEL_NAME"})
"""Variables whose value is a name under which a model is served or kept."""

DIRECTORY_VARIABLES: Final = frozenset({"MODEL_PATH", "OLLAMA_MODELS"})
"""Variables that often hold a directory; then they name no model."""

SERVER_IMAGES: Final = (
    "lmdeploy",
    "ollama",
    "sglang",
    "text-embeddings-inference",
    "text-generation-inference",
    "tgi",
    "tritonserver",
    "vllm",
)
"""Parts of the last word of an image's repository that say that it serves models."""

BESIDE_IMAGES: Final = ("router", "proxy", "sidecar", "benchmark")
"""Parts that say that it only stands beside one that does."""

NIM_REPOSITORY: Final = "nim/"
"""On `nvcr.io`, the start of repositories that are called after their model."""

TEMPLATE_MARKS: Final = ("{{", "$(", "${", "<%")
"""They stand for what is filled in later."""
