"""The machinery below the generated client; it knows no service by name."""
