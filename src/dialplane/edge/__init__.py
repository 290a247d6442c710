"""The SIP edge: what it asks us, and the configuration it runs with."""
