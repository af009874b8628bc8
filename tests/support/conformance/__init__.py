"""The conformance tests of the language and of Kubernetes: their cases, what differs, and the page."""
