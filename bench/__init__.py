"""Dialplane beside its peers: same machine, same rows, same answers, in the same run."""
