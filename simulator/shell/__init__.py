"""What every shell has in common: how a script is read, what a word expands to, its variables.

The shell of a running container (`programs.shell`) and that of a build step (`docker.shellmodel`)
differ in how they run commands: the one in simulated time and with processes, the other at once.
"""
