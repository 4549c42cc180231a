"""The API machinery: kinds, validation, selectors, quantities and what the server answers."""
