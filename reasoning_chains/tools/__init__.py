"""What a model may call: functions, bundled tools, MCP servers; it knows no chain."""
