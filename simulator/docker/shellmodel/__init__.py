"""What a command line does to a file system, without running anything.

A POSIX shell read and carried out over a `Tree`: lists, pipes, quoting, expansion, if/for/while/
case, functions, redirection. Programs are models: file tools change the tree, package tools
install from a catalogue with sizes and durations, compilers make programs from the sources they
find. A program that is in the tree but has no model succeeds after a fixed time without changing
a file; a program that is not in the tree is `not found`, exit 127.
"""

from simulator.docker.shellmodel.run import Outcome, Request, run

__all__ = ["Outcome", "Request", "run"]
