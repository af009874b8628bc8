"""What the checker serializes, to our IR: the wire form, its messages, and the macros that it expands."""
