"""The SIP edge: Kamailio, configured by `render`."""
