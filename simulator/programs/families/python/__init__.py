"""Python programs: what the modelled source text and the installed packages make them do."""
