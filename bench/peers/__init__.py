"""The servers Dialplane is measured beside: same key check, same rows, same answers."""
