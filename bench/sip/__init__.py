"""`make bench SIP=1`: calls through the whole edge, beside what has no control plane."""
