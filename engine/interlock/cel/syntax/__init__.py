"""CEL texts to their parts, without any meaning: for texts that the checker can't or may not take."""
