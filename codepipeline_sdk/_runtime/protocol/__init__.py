"""How inputs become requests and responses become outputs."""
