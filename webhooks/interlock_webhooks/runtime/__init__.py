"""The check API that gateways call before each model and tool call."""
