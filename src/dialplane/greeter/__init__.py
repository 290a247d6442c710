"""A runtime to try things with: it answers any call, says what it is, and hangs up.

Its greeting was spoken by espeak-ng and is here twice, once for each half of G.711.
"""
