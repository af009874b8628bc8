"""The kinds whose objects are read, by API group and kind. To add one, describe it in a table here."""

from collections.abc import Mapping
from typing import Final

from interlock.intents.kinds.agents import ACP, ARK
from interlock.intents.kinds.aibrix import AIBRIX
from interlock.intents.kinds.batch import BATCH
from interlock.intents.kinds.builtin import BUILTIN
from interlock.intents.kinds.capacity import KARPENTER
from interlock.intents.kinds.gateways import AGENTGATEWAY, ENVOY, INFERENCE
from interlock.intents.kinds.kagent import KAGENT
from interlock.intents.kinds.kaito import KAITO
from interlock.intents.kinds.kserve import KSERVE
from interlock.intents.kinds.kthena import KTHENA
from interlock.intents.kinds.notation import Kind
from interlock.intents.kinds.nvidia import NVIDIA
from interlock.intents.kinds.ome import OME
from interlock.intents.kinds.ray import RAY
from interlock.intents.kinds.sandbox import SANDBOX
from interlock.intents.kinds.spark import SPARK
from interlock.intents.kinds.toolhive import TOOLHIVE
from interlock.intents.kinds.training import TRAINING
from interlock.intents.kinds.tuning import TUNING
from interlock.intents.kinds.vllm import VLLM
from interlock.intents.kinds.workflows import WORKFLOWS

KINDS: Final[Mapping[tuple[str, str], Kind]] = {
    **BUILTIN,
    **BATCH,
    **RAY,
    **TRAINING,
    **TUNING,
    **SPARK,
    **KSERVE,
    **NVIDIA,
    **KAITO,
    **OME,
    **AIBRIX,
    **KTHENA,
    **VLLM,
    **ENVOY,
    **AGENTGATEWAY,
    **INFERENCE,
    **KAGENT,
    **TOOLHIVE,
    **SANDBOX,
    **ARK,
    **ACP,
    **WORKFLOWS,
    **KARPENTER,
}
"""What is described. Of any other kind that may hold facts, the Intent says that it isn't read."""
