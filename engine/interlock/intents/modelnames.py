"""Which arguments, variables and images name a model.

Tables only, gathered from how servers of models are started in practice. A
`weights` name says what is loaded, an `alias` under which name it is served.
"""

from typing import Final

WEIGHTS_FLAGS: Final = frozenset(
    {
        "--base-model",
        "--chat-model",
        "--embedding-model",
        "--hf-model",
        "--hf-repo",
        "--llm-model",
        "--load-model",
        "--model",
        "--model-id",
        "--model-name-or-path",
        "--model-path",
        "--model-tag",
        "--model-url",
        "--pretrained-model-name-or-path",
        "--repo-id",
        "--reward-model",
    }
)
"""Options, with `-` for `_`, whose value is a model or where its weights are."""

DRAFT_FLAGS: Final = frozenset(
    {"--draft-model", "--speculative-config", "--speculative-draft-model-path", "--speculative-model"}
)
"""Options, with `-` for `_`, whose value is a model that guesses ahead for the one that answers."""

ALIAS_FLAGS: Final = frozenset({"--lora-modules", "--model-name", "--served-model-name"})
"""Options, with `-` for `_`, whose values are names under which a model is served, alone or before a `=`."""

LLAMA_WEIGHTS_FLAGS: Final = frozenset({"-hf", "-hfr", "-m", "-mu"})
LLAMA_DRAFT_FLAGS: Final = frozenset({"-hfd", "-hfrd", "-md", "--hf-repo-draft", "--model-draft"})
LLAMA_ALIAS_FLAGS: Final = frozenset({"-a", "--alias"})
"""What llama.cpp calls them. Elsewhere `-m` is often a module of Python."""

LLAMA_MARKS: Final = ("llama-cpp", "llama-server", "llama-cli")
"""Parts of an image's name, and ends of a program's, that say that it is llama.cpp."""

JSON_FLAGS: Final = frozenset({"--speculative-config"})
"""Options, with `-` for `_`, whose value is a JSON object with a model under `model`."""

COMMANDS: Final = (
    ("vllm", "serve"),
    ("ollama", "run"),
    ("ollama", "pull"),
    ("lmdeploy", "serve", "api_server"),
    ("huggingface-cli", "download"),
    ("hf", "download"),
    ("ngc", "registry", "model", "download-version"),
    ("trtllm-serve",),
    ("trtllm-serve", "serve"),
    ("mlc_llm", "serve"),
)
"""Commands whose next word is a model, unless that is an option."""

VALUED_FLAGS: Final = frozenset(
    {
        "--cache-dir",
        "--config",
        "--exclude",
        "--host",
        "--include",
        "--local-dir",
        "--max-workers",
        "--port",
        "--repo-type",
        "--revision",
        "--token",
    }
)
"""Options of those commands that have a value, so that what comes after it can be the model."""

SWITCHES: Final = frozenset(
    {"--dry-run", "--force-download", "--insecure", "--quiet", "--resume-download", "--verbose"}
)
"""Options of those commands that have none."""

LOADING_CALLS: Final = (
    "AsyncLLMEngine",
    "CrossEncoder",
    "FastLanguageModel",
    "LLM",
    "SentenceTransformer",
    "from_pretrained",
    "hf_hub_download",
    "pipeline",
    "snapshot_download",
)
"""Functions of Python that load a model, which is their first argument or a named one."""

SERVER_COMMANDS: Final = (
    ("vllm", "serve"),
    ("vllm.entrypoints.openai.api_server",),
    ("dynamo.sglang",),
    ("dynamo.trtllm",),
    ("dynamo.vllm",),
    ("llama-server",),
    ("llama_cpp.server",),
    ("lmdeploy", "serve"),
    ("mlc_llm", "serve"),
    ("ollama", "serve"),
    ("sglang", "serve"),
    ("sglang.launch_server",),
    ("text-embeddings-router",),
    ("text-generation-launcher",),
    ("tritonserver",),
    ("trtllm-serve",),
)
"""Commands that serve models, whatever image they are in."""

WEIGHTS_VARIABLES: Final = frozenset(
    {
        "ANTHROPIC_MODEL",
        "BASE_MODEL",
        "ANTHROPIC_SMALL_FAST_MODEL",
        "AZURE_OPENAI_DEPLOYMENT",
        "AZURE_OPENAI_DEPLOYMENT_NAME",
        "BASE_MODEL_ID",
        "BEDROCK_MODEL_ID",
        "CHAT_MODEL",
        "DEFAULT_MODEL",
        "EMBEDDING_MODEL",
        "EMBEDDING_MODEL_ID",
        "GEMINI_MODEL",
        "HF_MODEL",
        "HF_MODEL_ID",
        "HF_MODEL_NAME",
        "HUGGINGFACE_MODEL",
        "INFERENCE_MODEL",
        "LITELLM_MODEL",
        "LLAMA_ARG_HF_REPO",
        "LLAMA_ARG_MODEL",
        "LLAMA_ARG_MODEL_URL",
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
        "OPENAI_API_MODEL",
        "OPENAI_CHAT_MODEL",
        "OPENAI_MODEL",
        "OPENAI_MODEL_NAME",
        "RERANKER_MODEL",
        "VLLM_MODEL",
    }
)
"""Variables whose value is a model."""

ALIAS_VARIABLES: Final = frozenset(
    {"DOWNLOADER_MODEL_NAME", "LLAMA_ARG_ALIAS", "NIM_SERVED_MODEL_NAME", "SERVED_MODEL_NAME"}
)
"""Variables whose value is a name under which a model is served or kept."""

DIRECTORY_VARIABLES: Final = frozenset({"MODEL_PATH", "OLLAMA_MODELS"})
"""Variables that often hold a directory; then they name no model."""

SERVER_IMAGES: Final = (
    *LLAMA_MARKS,
    "huggingfaceserver",
    "lmdeploy",
    "ollama",
    "sglang",
    "text-embeddings-inference",
    "text-generation-inference",
    "-tgi-",
    "tritonserver",
    "vllm",
)
"""Parts of the last word of an image's repository that say that it serves models.

The word has `-` before and after it and for `.` and `_` in it: `postgis` is no `-tgi-`.
"""

BESIDE_IMAGES: Final = ("router", "proxy", "sidecar", "benchmark", "exporter", "operator", "webui", "-ui-")
"""Parts that say that it only stands beside one that does."""

NIM_REPOSITORY: Final = "nim/"
"""On `nvcr.io`, the start of repositories that are called after their model."""

TEMPLATE_MARKS: Final = ("{{", "$(", "${", "<%", "`")
"""They stand for what is filled in later."""
