"""What model calls cost, and how providers report what was used."""
