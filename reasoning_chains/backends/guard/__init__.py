"""What stands between a chain and a provider: retries, pace, routes, the store; each a backend."""
