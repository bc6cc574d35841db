"""How requests reach the network."""
