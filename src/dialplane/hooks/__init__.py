"""HTTP to addresses that customers have given us."""
