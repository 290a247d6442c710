"""Everything the API can be asked, one module per noun."""
