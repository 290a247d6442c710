"""A supplier that exists on this machine only, with every fault a real one can have."""
