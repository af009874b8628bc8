"""What is asked at run time: a check is read, on the terms that it states. Knows no protocol."""
