"""Interlock: a policy-as-code admission engine for AI platforms."""
