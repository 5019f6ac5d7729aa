"""The JSON that every surface speaks: one module a room, the same shapes over HTTP, MCP and the terminal."""
