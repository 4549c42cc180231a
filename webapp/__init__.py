"""The web around the simulator: rooms in which labs live, the pages, the API, the socket."""
