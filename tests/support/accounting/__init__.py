"""What a ledger must do, said again without it: as a log of what happened, from which each balance follows."""
