"""The HTTP API: labs, their clock, commands and history, as JSON. Described by openapi.yaml."""
