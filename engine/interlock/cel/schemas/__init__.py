"""Kubernetes' schemas as message types: what the checker knows about `object`."""
