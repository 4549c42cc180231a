"""The part of Lua 5.1 that scripts of Redis are made of: read, run, and what they may call."""
