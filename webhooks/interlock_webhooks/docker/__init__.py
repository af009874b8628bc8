"""Answers interceptors of Docker's MCP gateway."""
