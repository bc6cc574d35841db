"""Generates the typed package from the service model: `python -m codegen [--check]`."""
