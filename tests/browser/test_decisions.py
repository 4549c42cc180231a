"""The scheduler's table for pods of every fate, disks on the stage, and redo."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

VIP = """\
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: vip}
value: 1000
---
apiVersion: v1
kind: Pod
metadata: {name: vip}
spec:
  priorityClassName: vip
  nodeSelector: {kubernetes.io/hostname: worker-1}
  containers:
    - {name: c, image: nginx, resources: {requests: {cpu: "3"}}}
"""
LOW = """\
apiVersion: v1
kind: Pod
metadata: {name: low}
spec:
  terminationGracePeriodSeconds: 0
  nodeSelector: {kubernetes.io/hostname: worker-1}
  containers:
    - {name: c, image: nginx, resources: {requests: {cpu: "3"}}}
"""
AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: c, image: nginx}]
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: db}
spec:
  containers: [{name: c, image: nginx, volumeMounts: [{name: d, mountPath: /d}]}]
  volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
"""


def apply(student, name, text):
    student.new_file(name, "x")
    student.rewrite(name, text)
    student.type(f"kubectl apply -f {name}")


def test_a_pod_that_preempted_another_says_whom(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.speed(10)
        apply(student, "low.yaml", LOW)
        student.sees("^Pod low, Running")
        apply(student, "vip.yaml", VIP)
        student.sees("^Pod vip, Running")
        student.menu("^Pod vip, Running", "Why on this machine?")
        note = student.page.locator(".decision-note", has_text="Preemption")
        assert "had to leave worker-1: low" in note.inner_text()
        assert violations(student.page) == []


def test_a_pod_of_a_daemonset_is_told_apart_from_the_nodes_that_it_does_not_name(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=dark") as student:
        student.speed(10)
        apply(student, "agent.yaml", AGENT)
        student.sees("^Pod agent-.*, Running")
        student.menu("^Pod agent-.*, Running", "Why on this machine?")
        page = student.page
        page.locator(".decision-answer", has_text="the only machine that fits").wait_for()
        assert page.locator(".decision-table tr[data-passed=false]").count() == 3
        assert page.locator(".filter-word code", has_text="NodeAffinity").count() == 3
        page.get_by_role("button", name="Ask again now").click()
        page.locator(".looks-where", has_text="asked again").wait_for()
        assert violations(page) == []


def test_a_thousand_machines_are_compared(learn):
    with learn("/sandbox/?scenario=big&theme=light") as student:
        student.type("kubectl run web --image=nginx")
        page = student.page
        page.locator("#tab-table").click()
        page.locator(".row-button", has_text="pod web").click()
        page.locator(".inspect-why button").click()
        page.locator(".decision-table tbody tr").nth(9).wait_for()
        page.get_by_role("button", name="Ask again now").click()
        page.get_by_role("button", name="Show 100 more of").wait_for()
        assert page.locator(".decision-table tbody tr").count() == 100
        assert "of 1001 machines fit" in page.locator(".decision-answer").inner_text()


def test_a_disk_stands_on_the_machine_that_it_is_attached_to(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.speed(10)
        apply(student, "db.yaml", CLAIM)
        student.sees("^Pod db, Running")
        disk = student.sees("^Disk data, attached to worker")
        student.menu("^Disk data", "Inspect")
        student.page.locator(".facts", has_text="db on worker").wait_for()
        assert disk.get_attribute("data-key").startswith("claim/default/data@worker")
        assert violations(student.page) == []


def test_what_was_undone_is_done_again(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.thing("^Pull the plug of worker-2").click()
        student.sees("^Machine worker-2, no power, node Ready")
        page = student.page
        page.get_by_role("button", name="Undo power-off worker-2").click()
        student.sees("^Pull the plug of worker-2")
        page.get_by_role("button", name="Do again: power-off worker-2").click()
        student.sees("^Machine worker-2, no power")
        page.get_by_role("button", name="Nothing undone").wait_for()
