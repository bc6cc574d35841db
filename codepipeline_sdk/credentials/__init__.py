"""Credentials and where they come from."""
