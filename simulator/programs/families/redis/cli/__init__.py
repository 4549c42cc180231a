"""redis-cli and valkey-cli."""
