"""The scheduler: which pod goes to which node, and why.

Imitates kube-scheduler v1.32: the queue (queue.py), the framework and its plugins
(framework.py, plugins/), one decision (decide.py), preemption (preemption.py), and the loop
that binds (scheduler.py).
"""
