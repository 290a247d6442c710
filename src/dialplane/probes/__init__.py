"""Looking at SIP peers over the network, from outside and without placing a call."""
