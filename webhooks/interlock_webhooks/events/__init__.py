"""Denials as Events of a cluster, where those look who wonder why something is not there."""
