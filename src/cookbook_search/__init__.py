"""Cookbook search: a problem in everyday words in, ranked recipes and metrics out."""

__version__ = "0.1.0"
