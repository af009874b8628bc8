"""Answers LiteLLM's generic guardrail."""
