"""Random texts against everything that reads what a student types: `python -m tests.fuzz`."""
