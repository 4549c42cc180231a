"""The POSIX shell of a container: parsed, compiled to a list of small steps, and run step by step.

A running script is its text and a position in it, so that it can wait (`sleep`, a child process)
for any simulated time and be taken up again from a keyframe.

# Simplified: The shell of a container knows what POSIX's knows and much of bash's, arrays and
# arithmetic among it; it has no aliases and no job control.
"""
