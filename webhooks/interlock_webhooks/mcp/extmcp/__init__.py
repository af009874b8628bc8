"""What agentgateway asks about messages of MCP over gRPC: ExtMcp."""
