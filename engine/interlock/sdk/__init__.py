"""What Python programs ask Interlock with: in process, or a running service. Knows no protocol of gateways."""
