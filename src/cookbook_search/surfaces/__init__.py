"""The ways in: thin, they translate and never decide."""
