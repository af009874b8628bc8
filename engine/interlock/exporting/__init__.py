"""Policies written as Kubernetes' own admission policies, where they mean the same there."""
