"""The POSIX shell of a container: parsed, compiled to a list of small steps, and run step by step.

A running script is its text and a position in it, so that it can wait (`sleep`, a child process)
for any simulated time and be taken up again from a keyframe.
# Simplified: The shell knows lists, pipes, redirections, if, while, until, for, case, functions,
variables, command substitution and arithmetic; no arrays, aliases, here-documents or job control.
"""
