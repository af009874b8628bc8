"""The IR to an IR that means the same: functions put in, what is known evaluated, no `cel.bind` left."""
