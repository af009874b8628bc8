"""Functions and calls of models that are checked before they go on, and whose holds end with them."""

from interlock.sdk.guard.context import calling
from interlock.sdk.guard.guard import Guard
from interlock.sdk.guard.model_call import ModelCall

__all__ = ["Guard", "ModelCall", "calling"]
