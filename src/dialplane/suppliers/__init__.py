"""Where numbers come from: what every supplier fulfils, and a folder per company."""
