"""The schemas of Kubernetes' own kinds, as its OpenAPI document gives them.

They come from Kubernetes 1.37.0 (Apache-2.0), without descriptions;
`testdata/kubernetes/renew.py` makes the data file.
"""
