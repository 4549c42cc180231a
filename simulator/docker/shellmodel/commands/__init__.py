"""Models of the small tools of a Unix system, by what they work on."""
