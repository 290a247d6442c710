"""Makes the documentation site: pages from the contract, and what MkDocs does not do by itself."""
