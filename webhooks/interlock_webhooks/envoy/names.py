"""What Envoy's filters call the metadata that is read or written here. Pure."""

from typing import Final

AUTHORIZATION: Final = "envoy.filters.http.ext_authz"
"""Of the filter that asks whether requests may pass."""

OURS: Final = "interlock"
"""The key in there that has what we say, and the namespace of usage that a filter of the operator's writes."""

HOLD_HEADER: Final = "x-interlock-hold"
"""The header that has the id of a hold, and the key in there where HTTP's answers are read into metadata."""

AI_GATEWAY: Final = "io.envoy.ai_gateway"
"""Of Envoy AI Gateway, which counts tokens."""
