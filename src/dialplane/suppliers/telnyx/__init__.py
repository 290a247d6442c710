"""Telnyx, by its public documentation of version 2 of its API; see docs/decisions/0041."""
