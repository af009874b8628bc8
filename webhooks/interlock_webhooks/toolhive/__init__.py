"""Answers ToolHive: its authorizer, and its webhooks."""
