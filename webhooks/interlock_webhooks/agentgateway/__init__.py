"""Answers the guardrail webhook of agentgateway."""
