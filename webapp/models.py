"""What is kept of a lab: (scenario, seed, log), how far it got, and the viewer's clock."""

from __future__ import annotations

from django.db import models


class LabRecord(models.Model):
    """One lab. Everything that is not here is computed from its log."""

    id = models.CharField(max_length=16, primary_key=True)
    token = models.CharField(max_length=64, unique=True)
    scenario = models.JSONField()
    seed = models.BigIntegerField()
    engine = models.CharField(max_length=20)
    lesson = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)

    head = models.IntegerField(default=0)
    reached_us = models.BigIntegerField(default=0)
    speed = models.FloatField(default=1.0)
    """Simulated seconds a second; 0 stands for "max"."""
    paused = models.BooleanField(default=False)
    fence = models.BigIntegerField(default=0)
    """Counts the rooms this lab has had; only the latest one may write."""

    created = models.DateTimeField(auto_now_add=True)


class Branch(models.Model):
    """A line of entries that leaves its parent branch after an entry, at a time."""

    lab = models.ForeignKey(LabRecord, on_delete=models.CASCADE, related_name="branches")
    number = models.IntegerField()
    parent = models.IntegerField(null=True)
    after = models.IntegerField()
    at_us = models.BigIntegerField()

    class Meta:
        """One branch of each number."""

        constraints = [models.UniqueConstraint(fields=["lab", "number"], name="branch_once")]


class Entry(models.Model):
    """A logged command. Rows are only ever added."""

    lab = models.ForeignKey(LabRecord, on_delete=models.CASCADE, related_name="entries")
    branch = models.IntegerField()
    n = models.IntegerField()
    at_us = models.BigIntegerField()
    command = models.JSONField()

    class Meta:
        """One entry of each number on a branch."""

        constraints = [models.UniqueConstraint(fields=["lab", "branch", "n"], name="entry_once")]


class Keyframe(models.Model):
    """A lab's state at one instant: a cache that saves replaying; the log is the truth."""

    lab = models.OneToOneField(LabRecord, on_delete=models.CASCADE, primary_key=True)
    tag = models.CharField(max_length=64)
    """Digest of the simulator's source that made it; another source replays instead."""
    branch = models.IntegerField()
    entries = models.IntegerField()
    at_us = models.BigIntegerField()
    state = models.BinaryField()
    answers = models.JSONField(default=dict)
    """Answers to commands with a key of their own, for retries."""
