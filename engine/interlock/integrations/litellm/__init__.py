"""For LiteLLM's proxy: a logger that has each call decided, holds what it may use, and settles what it used."""
