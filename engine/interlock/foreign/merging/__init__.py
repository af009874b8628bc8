"""Structured merge: how Kubernetes puts a configuration into an object, as the schema of its kind says."""
