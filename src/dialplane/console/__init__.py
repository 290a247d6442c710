"""The web console: a client of the public API, and of nothing else."""
