"""cli: the `waspada` command, the core's only door to files."""
