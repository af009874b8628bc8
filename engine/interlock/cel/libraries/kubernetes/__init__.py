"""The function libraries that the Kubernetes API server adds to CEL, and the releases that have them.

They are as k8s.io/apiserver/pkg/cel/library declares and computes them; where
we differ on purpose, the module says so.
"""
