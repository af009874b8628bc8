"""Watches pods and jobs, and settles, releases or extends what they hold."""
