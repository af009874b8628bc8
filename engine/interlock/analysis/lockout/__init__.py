"""Whether policies could keep a cluster from running, or their own service from being mended."""
