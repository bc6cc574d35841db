"""Settings of clients and calls, and the HTTP seam."""
