"""Answers CPEX's external plugins over gRPC, as ContextForge has them."""
