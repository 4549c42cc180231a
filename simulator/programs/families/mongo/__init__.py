"""mongod: collections of documents, commands of MongoDB's wire protocol as plain data.

    {"mongo": {"find": "todos", "filter": {...}, ...}, "db": "app",
     "auth": {"user": ..., "password": ...} or absent}

The commands are those of MongoDB's manual ("Database Commands"): ping, hello, insert, find, update,
delete, findAndModify, count, distinct, aggregate, createIndexes, listCollections, drop,
dropDatabase. Values are extended JSON: {"$oid": 24 hex digits}, {"$date": "2026-01-05T...Z"}. The
answer is the server's, with "ok": 1 and "us" (simulated time); {"ok": 0, "code", "codeName",
"errmsg"} when it refuses. A cursor has all its documents in "firstBatch".

# Simplified: Of MongoDB the commands for documents, simple indexes and one root user are followed;
sessions, transactions, replica sets, change streams and text search are refused in the log's words.
"""
