"""Slack: the cookbook where people already work; slash command, threads, direct messages, App Home."""
