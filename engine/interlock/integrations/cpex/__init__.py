"""For ContextForge, and what else has plugins of CPEX: one that has tool calls decided, and settles them."""
