"""What runs inside other programs and asks Interlock from there: one room for each program."""
