"""What an evaluation did: the value of each part, which branches were taken, and both as text."""
