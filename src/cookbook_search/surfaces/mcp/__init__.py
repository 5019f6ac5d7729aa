"""The Model Context Protocol: a city's own assistant searches and reads the cookbook with read-only tools."""
