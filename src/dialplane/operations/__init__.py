"""One function per thing the product can be told to do."""
