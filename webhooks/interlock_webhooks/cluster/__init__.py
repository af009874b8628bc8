"""A Kubernetes API server: asked, watched and written to; one module knows its client."""
