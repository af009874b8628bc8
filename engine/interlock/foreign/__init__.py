"""Kubernetes' own admission policies, as the API server evaluates them."""
