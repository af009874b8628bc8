"""What is used up as decisions are made, and where that is kept."""
