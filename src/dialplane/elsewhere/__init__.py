"""Servers of the v3 API that are somebody else's: read from, and held against the contract."""
