"""The table runner: compares our answers with tables computed from upstream's own code.

A table is a JSON file ``{source, describes, cases: [{name, input, expected, since?}]}``; its name
says which function is tried. Adapters (``docker.py``, ``kubernetes.py``) register one function per
table, ``case input -> actual``, where actual is a dict with at least the keys of ``expected``.
Run ``python -m tests.vectors FOLDER``.
"""
