"""OpenTelemetry's traces: spans of models' calls that say what was used, so that what was held is settled."""
