"""The terminal: a small shell, and the programs typed into it.

A program answers at once, or takes simulated time; then it is woken by the calendar or by
changes in the store, and everything it has to remember is plain data in its job.
"""
