"""What the product means; the standard library only, no clock, no chance, no I/O."""
