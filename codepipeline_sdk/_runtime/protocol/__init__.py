"""How inputs become requests and responses become outputs, one module for each protocol."""
