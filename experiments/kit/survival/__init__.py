"""Connections through a site's VIPs, what happens to the site, and who survives it."""
