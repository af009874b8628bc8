"""Which one of several services acts where only one should: the one that holds a Lease."""
