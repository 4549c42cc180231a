"""Docker: images, builds, registries, and the daemon that runs containers on a machine."""
