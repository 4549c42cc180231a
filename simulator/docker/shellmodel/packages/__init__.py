"""Models of package tools and compilers over a catalogue of packages (`*.yaml` beside this)."""
