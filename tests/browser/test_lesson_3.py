"""The third lesson as a student does it: from three machines by hand to Kubernetes."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

WORKERS = ("worker-1", "worker-2", "worker-3")


def test_lesson_3_from_three_machines_by_hand_to_kubernetes(learn):
    with learn("/lessons/03-from-hand-to-kubernetes/?theme=light") as student:
        run_by_hand(student)
        student.next_step()
        hand_to_kubernetes(student)
        student.next_step()
        ask_the_scheduler(student)
        student.next_step()
        kill_a_container(student)
        student.next_step()
        pull_the_plug(student)
        assert violations(student.page) == []


def run_by_hand(student):
    student.speed(4)
    line = student.page.locator(".type-line:visible", has_text="exit").first
    assert line.bounding_box()["height"] < 40, "a short line is not broken"
    for worker in WORKERS:
        student.type(f"ssh {worker}")
        student.click_line("docker run -d --name shop")
        student.click_line("exit")
    student.goal("1/three")
    student.predict("Docker does, after a moment")
    student.page.locator('[data-key^="container/worker-2/"]').click()
    student.page.get_by_role("menuitem", name="Kill it").click()
    student.sees(r"^Container shop, Exited \(137\)")
    assert student.is_open("1/nobody"), "it has to stay dead for a while"
    student.speed(10)
    student.goal("1/nobody")
    student.revealed("Nobody")
    student.speed(2)


def hand_to_kubernetes(student):
    student.open_file("shop.yaml")
    assert "deployment.apps/shop created" in student.click_line("kubectl apply -f shop.yaml")
    student.goal("2/wanted")
    student.goal("2/service")
    student.sees("^Service shop, 3 ready endpoints")
    student.sees("^Deployment shop, 3 of 3 ready")
    machines = student.click_line("kubectl get pods -o wide")
    assert all(machines.count(worker) == 1 for worker in WORKERS)


def ask_the_scheduler(student):
    page = student.page
    page.locator('[data-key^="pod/default/shop-"]').first.click()
    page.get_by_role("menuitem", name="Why on this machine?").click()
    chosen = page.locator(".decision-table tr[data-chosen]")
    chosen.wait_for()
    weighted = [int(text) for text in chosen.locator(".score b").all_inner_texts()]
    assert len(weighted) >= 4
    assert int(chosen.locator(".score-total").inner_text()) == sum(weighted)
    out = page.locator(".decision-table tr[data-passed=false]", has_text="control-plane")
    assert "TaintToleration" in out.inner_text()
    assert violations(page) == []
    page.keyboard.press("Escape")
    student.predict("Two machines share it")
    student.click_line("kubectl apply -f greedy.yaml")
    student.goal("3/nowhere")
    student.menu("^Pod greedy-.*, Pending", "Why on no machine?")
    page.locator(".decision-answer", has_text="3 Insufficient cpu").wait_for()
    assert page.locator(".score-reason", has_text="Insufficient cpu").count() == 3
    page.keyboard.press("Escape")
    student.change("greedy.yaml", 'cpu: "6"', 'cpu: "2"')
    student.type("kubectl apply -f greedy.yaml")
    student.goal("3/placed")
    student.revealed("Nowhere")


def kill_a_container(student):
    student.speed(2)
    student.menu("^Service shop", "40 requests a second")
    student.goal("4/customers")
    student.predict("It waits for you, as Docker did")
    student.page.locator('[data-key^="pod/default/shop-"]').first.click()
    student.page.get_by_role("menuitem", name="Kill its process").click()
    student.goal("4/restarted")
    student.revealed("RESTARTS goes up by one")
    assert student.type("kubectl get pods -l app=shop").count("1/1") == 3
    student.page.locator(".uplot canvas").first.wait_for()


def pull_the_plug(student):
    student.predict("At once")
    student.thing("^Pull the plug of worker-2").click()
    student.sees("^Machine worker-2, no power")
    student.sees("^Plug worker-2 in again")
    student.speed(30)
    student.goal("5/noticed")
    assert "NotReady" in student.type("kubectl get nodes")
    student.goal("5/healed")
    student.goal("5/happy")
    student.revealed("300 more seconds")
    student.page.get_by_role("button", name="worker-2 NotReady").first.wait_for(state="attached")
    student.page.locator(".figure-errors dd", has_text="0.0 %").wait_for()
