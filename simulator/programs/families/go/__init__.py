"""Go: a compiler that knows the language's rules and errors, and programs that are followed."""
