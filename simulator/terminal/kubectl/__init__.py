"""kubectl: the client of the cluster, as typed in the terminal."""
