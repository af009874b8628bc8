"""The HTTP service: an admission webhook and a check API over one engine."""
