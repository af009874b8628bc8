"""Which of the devices that are known selectors of dynamic resource allocation select."""
