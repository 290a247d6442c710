"""What an assistant may do with an organization's numbers: tools on top of the SDK, over MCP."""
