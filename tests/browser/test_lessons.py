"""The lessons as a student does them: in Chromium, by mouse and keyboard, on the real server."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
EXPOSE 8000
CMD ["python", "app.py"]
"""
WELL_ORDERED = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""
FAT = """\
FROM python:3.12-slim
WORKDIR /app
RUN apt-get update && apt-get install -y gcc
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN apt-get purge -y gcc && apt-get autoremove -y
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""
SLIM = """\
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y gcc
COPY requirements.txt .
RUN pip install --no-cache-dir --prefix=/install -r requirements.txt

FROM python:3.12-slim
WORKDIR /app
COPY --from=build /install /usr/local
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""
WORKERS = ("worker-1", "worker-2", "worker-3")


def test_lesson_1_a_container_beside_a_virtual_machine(learn):
    with learn("/lessons/01-container-or-vm/?theme=light") as student:
        student.predict("The container about twice as fast")
        assert student.is_open("1/vm-boots") and student.is_open("1/container-first")
        student.click_line("vm start web-vm")
        student.goal("1/vm-boots")
        student.sees("^Virtual machine web-vm, booting")
        student.click_line("docker run -d --name web")
        student.sees("^Container web, Up, image nginx")
        student.goal("1/container-first")
        student.page.locator(".thing-container", has_text="ready in").wait_for()
        student.revealed("about a second")
        student.next_step()

        assert "Welcome to nginx!" in student.click_line("curl localhost:8080")
        student.goal("2/answered")
        student.speed(10)
        student.sees("^Virtual machine web-vm, running")
        student.goal("2/vm-up")
        student.speed(1)
        student.next_step()

        student.click_line("docker run -d --name web2")
        for n in (3, 4):
            student.type(f"docker run -d --name web{n} -p 808{n}:80 nginx")
        student.goal("3/four")
        assert student.thing("^Container web").count() == 4
        squares = student.page.locator(".thing-container .thing-faces .face")
        hues = squares.evaluate_all("all => all.map(one => one.style.getPropertyValue('--hue'))")
        assert len(hues) == 4 * 7 and hues == hues[:7] * 4, "one image, one face"
        assert student.page.get_by_role("link", name="Next lesson").is_visible()
        assert violations(student.page) == []


def test_lesson_2_build_once_run_anywhere(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        student.new_file("shop/Dockerfile", DOCKERFILE)
        student.goal("1/written")
        assert "naming to docker.io/student/shop:1.0" in student.click_line("docker build -t")
        student.page.wait_for_timeout(100)
        assert student.page.locator(".term-out[data-wide]").count() == 0, "it is fitted in"
        student.goal("1/built")
        student.next_step()
        student.speed(4)
        use_the_cache(student)
        student.next_step()
        look_into_the_layers(student)
        student.next_step()

        student.click_line("docker run -d --name shop")
        student.goal("4/runs")
        student.sees("^Container shop, Up, image student/shop:1.3")
        assert "Good evening" in student.click_line("curl localhost:8000")
        student.goal("4/answers")
        student.next_step()

        assert "Mounted from library/python" in student.click_line("docker push")
        student.goal("5/pushed")
        student.click_line("ssh server")
        student.click_line("docker run -d --name shop")
        student.goal("5/server")
        student.sees("^Image student/shop:1.3")
        laptop, server = faces(student, "laptop"), faces(student, "server")
        assert laptop == server != [], "the same image has the same face everywhere"
        student.next_step()
        student.type("exit")
        serve_the_pi(student, laptop)
        assert violations(student.page) == []


def use_the_cache(student):
    student.predict("Only the copy of the files")
    student.change("shop/app.py", "Welcome to the shop", "Good morning")
    student.click_line("docker build -t student/shop:1.1")
    student.goal("2/changed")
    student.open_file("shop/Dockerfile")
    said = student.page.locator(".cm-built", has_text="built: the file app.py changed")
    said.wait_for()
    student.rewrite("shop/Dockerfile", WELL_ORDERED)
    student.type("docker build -t student/shop:1.2 .")
    student.change("shop/app.py", "Good morning", "Good evening")
    assert "CACHED [4/5] RUN pip install" in student.type("docker build -t student/shop:1.3 .")
    student.goal("2/cached")
    student.revealed("so did every step after it")
    cached = student.page.locator(".build-step[data-state=cached]", has_text="RUN pip install")
    cached.wait_for()


def look_into_the_layers(student):
    page = student.page
    student.predict("As large as without the compiler")
    student.rewrite("shop/Dockerfile", FAT)
    student.click_line("docker build -t student/shop:fat")
    student.goal("3/fat")
    student.menu("^Image student/shop:fat", "Look into its layers")
    page.locator('.layer[title^="RUN apt-get purge"] .layer-hides').wait_for()
    page.locator('.layer[data-scope="waste"]').click()
    page.locator(".tree-row", has_text="usr").first.wait_for()
    page.keyboard.press("Escape")
    student.rewrite("shop/Dockerfile", SLIM)
    student.type("docker build -t student/shop:slim .")
    student.goal("3/slim")
    student.revealed("The explorer counts them as wasted")


def serve_the_pi(student, amd64):
    student.predict("It runs, only slower")
    student.click_line("ssh pi")
    assert "does not match the detected host platform" in student.click_line("docker run -d")
    student.goal("6/refused")
    student.sees(r"^Container shop, Exited \(255\)")
    assert "exec format error" in student.type("docker logs shop")
    student.type("docker rm shop")
    student.click_line("exit")
    assert "[linux/arm64 build 4/4] RUN pip install" in student.click_line(
        "docker build --platform"
    )
    student.goal("6/both")
    student.type("ssh pi")
    student.type("docker run -d --name shop -p 8000:8000 student/shop:1.4")
    student.goal("6/pi")
    student.sees("^Container shop, Up, image student/shop:1.4")
    arm64 = faces(student, "pi")
    assert arm64 and arm64 != amd64, "another platform, another image"


def faces(student, machine):
    """The colours of the layers of the container on a machine, as they are drawn."""
    hit = student.page.locator(f'[data-key^="container/{machine}/"]')
    box = hit.bounding_box()
    student.page.wait_for_timeout(600)  # things glide to their place
    return student.page.evaluate(
        """box => [...document.querySelectorAll('.thing .face')].filter(face => {
          const at = face.getBoundingClientRect();
          return at.x >= box.x && at.y >= box.y
            && at.right <= box.x + box.width && at.bottom <= box.y + box.height;
        }).map(face => face.style.getPropertyValue('--hue'))""",
        box,
    )


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


def test_lesson_4_containers_that_talk_and_remember(learn):
    with learn("/lessons/04-talk-and-remember/?theme=dark") as student:
        student.speed(4)
        forget_and_remember(student)
        student.next_step()
        student.click_line("docker run -d --name db redis")
        student.predict("No, it is not found")
        asked = "docker run --rm redis redis-cli -h db ping"
        assert "Name or service not known" in student.click_line(asked)
        student.goal("3/nameless")
        for line in ("docker network create", "docker rm -f db"):
            student.click_line(line)
        student.click_line("docker run -d --name db --network backend")
        assert "PONG" in student.click_line("docker run --rm --network backend")
        student.goal("3/pong")
        student.revealed("name server")
        student.next_step()
        student.click_line("docker run -d --name web --health-cmd")
        student.sees("^Container web, Up")
        student.goal("4/healthy")
        student.click_line("docker exec web rm")
        student.sees("^Container web, Unhealthy")
        student.goal("4/unhealthy")
        student.next_step()
        count_visitors(student)
        assert violations(student.page) == []


def forget_and_remember(student):
    page = student.page
    run, remove = "docker run -d --name memo alpine", "docker rm -f memo"
    student.click_line(run)
    student.click_line("sh -c 'echo buy milk > /memo.txt'")
    student.menu("^Container memo, Up", "Look into its files")
    page.locator(".layer", has_text="What this container wrote itself").click()
    page.locator(".tree-row", has_text="memo.txt").click()
    page.locator(".layers-text", has_text="buy milk").wait_for()
    page.keyboard.press("Escape")
    student.predict("No, it is gone")
    student.click_line(remove)
    student.click_line(run)
    assert "No such file" in student.click_line("docker exec memo cat /memo.txt")
    student.goal("1/lost")
    student.revealed("an empty layer of its own")
    student.next_step()
    student.click_line(remove)
    student.click_line("docker run -d --name memo -v memos:/data")
    student.click_line("> /data/memo.txt")
    student.sees("^Volume memos, used by memo")
    student.type("docker rm -f memo")
    student.click_line("docker run -d --name memo -v memos:/data")
    assert "buy milk" in student.type("docker exec memo cat /data/memo.txt")
    student.goal("2/kept")


def count_visitors(student):
    up, visit = "docker compose up -d", "curl localhost:8000"
    student.click_line(up)
    for number in (1, 2):
        assert f"visitor {number}" in visited(student, visit)
    student.goal("5/counted")
    student.type("docker compose down")
    text = "    image: redis\n"
    volume = text + "    volumes:\n      - data:/data\n"
    student.change("visits/compose.yaml", text, volume)
    student.change("visits/compose.yaml", "interval: 5s", "interval: 5s\nvolumes:\n  data:")
    student.click_line(up)
    assert "visitor 1" in visited(student, visit)
    student.type("docker compose down")
    student.click_line(up)
    assert "visitor 2" in visited(student, visit)
    student.goal("5/remembered")


def visited(student, line):
    """Visit the page, again when it was not up yet."""
    for _ in range(5):
        answer = student.type(line)
        if "visitor" in answer:
            return answer
    return answer


def test_bad_input_is_answered_in_its_place_and_the_lab_goes_on(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        student.new_file("shop/Dockerfile", "FROM python:3.12-slim\nRUNN pip install flask\n")
        words = "unknown instruction: RUNN (did you mean RUN?)"
        student.page.locator(".cm-lint-marker-error").wait_for()
        student.page.locator(".file-wrong", has_text=f"Line 2: {words}").wait_for()
        assert words in student.type("docker build -t student/shop:1.0 .")
        assert student.is_open("1/built")
        student.new_file("shop/shop.yaml", "x")
        student.rewrite("shop/shop.yaml", "apiVersion: v1\nkind: Service\n\tmetadata: {}\n")
        student.page.locator(".file-wrong", has_text="Line 3: found character that").wait_for()
        student.rewrite("shop/Dockerfile", DOCKERFILE)
        student.page.locator(".cm-lint-marker").wait_for(state="detached")
        student.type("docker build -t student/shop:1.0 .")
        student.goal("1/built")


def test_a_manifest_with_a_tab_is_refused_in_the_words_of_kubectl(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.new_file("tab.yaml", "x")
        student.rewrite("tab.yaml", "apiVersion: v1\nkind: Service\n\tmetadata: {}\n")
        answer = student.type("kubectl apply -f tab.yaml")
        assert "yaml: line 3: found a tab character that violates indentation" in answer
        assert "worker-1" in student.type("kubectl get nodes")


def test_the_terminal_remembers_lines_and_completes_words(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        student.type("ls")
        student.type("docker images")
        assert "    1  ls\n    2  docker images\n    3  history" in student.type("history")
        field = student.page.locator(".term-input")
        field.press("ArrowUp")
        field.press("ArrowUp")
        assert field.input_value() == "docker images"
        field.fill("docker net")
        field.press("Tab")
        student.page.wait_for_function(
            "document.querySelector('.term-input').value.startsWith('docker network')"
        )


def test_an_unknown_command_comes_with_what_helps(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        assert "written under Files" in student.type("nano app.py")
        assert "help lists the programs" in student.type("dcoker ps")


def test_a_paste_of_ten_megabytes_is_refused_and_the_page_lives(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        student.page.locator("#term-input").click()
        student.paste("echo " + "x" * 10_000_000)
        student.page.get_by_text("too long for the terminal").wait_for()
        assert "alive" in student.type("echo alive")
        student.new_file("big.txt", "y")
        student.page.locator(".cm-content").click()
        student.paste("z" * 10_000_000)
        student.page.locator(".file-state[data-state=problem]", has_text="1 MiB").wait_for()
        assert "alive" in student.type("echo alive")


SAY = """text => document.querySelector('#main')['htmx-internal-data'].webSocket.send(text)"""


def test_nonsense_on_the_socket_is_said_and_the_socket_lives(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        for text, words in (
            ("garbage", "not JSON"),
            ('{"t": "dance"}', "no message of kind"),
            ('{"t": "step", "lab": "another"}', "belongs to another lab"),
        ):
            student.page.evaluate(SAY, text)
            student.page.locator(".trouble-error", has_text=words).wait_for()
        student.page.evaluate(f"({SAY})('x'.repeat(3_200_000))")
        student.page.locator(".trouble-error", has_text="larger than 3 MiB").wait_for()
        assert "alive" in student.type("echo alive")
        assert student.page.locator("[data-part=link]").is_hidden(), "it never reconnected"


def test_a_wrong_token_is_refused_and_says_what_to_do(learn, chromium, school):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        address = student.page.evaluate(
            "JSON.parse(document.querySelector('#lab-data').text).ws_url"
        )
        lab = address.split("/")[-1].split("?")[0]
        answer = student.context.request.get(f"{school.base}/labs/{lab}?token=wrong")
        assert answer.status == 404
        code = student.page.evaluate(
            """address => new Promise(done => {
              new WebSocket(address).onclose = (event) => done(event.code);
            })""",
            address.split("token=")[0].replace("/ws", school.base.replace("http", "ws") + "/ws")
            + "token=wrong",
        )
        assert code == 4404
        assert "alive" in student.type("echo alive")


def test_what_was_done_is_undone_and_what_was_written_stays(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.thing("^Pull the plug of worker-2").click()
        student.sees("^Plug worker-2 in again")
        student.new_file("notes.txt", "mine")
        student.page.get_by_role("button", name="Undo power-off worker-2").click()
        student.sees("^Pull the plug of worker-2")
        student.page.get_by_text("What came after is undone").wait_for(state="attached")
        assert "mine" in student.type("cat notes.txt")
        student.type("docker pull nginx")
        student.page.locator(".stage").click(position={"x": 5, "y": 60})
        student.page.keyboard.press("Control+z")
        assert "nginx" not in student.type("docker image ls")


def test_a_beamer_shows_a_cluster_in_type_that_the_last_row_can_read(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light&mode=projector") as student:
        student.type("kubectl apply -f shop.yaml")
        student.type("traffic users service/default/shop 20")
        student.sees("^Service shop, 3 ready endpoints")
        sizes = student.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.drawing text')]
              .filter(text => text.textContent && text.getBoundingClientRect().width > 0)
              .map(text => [text.textContent,
                text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)]))"""
        )
        assert len(sizes) > 8
        assert {text: size for text, size in sizes.items() if size < 24} == {}
        assert violations(student.page) == []


def test_on_a_phone_lesson_stage_and_panels_stand_one_below_the_other(learn):
    size = {"width": 390, "height": 844}
    with learn("/lessons/02-build-ship-run/?theme=light", viewport=size) as student:
        page = student.page
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
        boxes = [one.bounding_box() for one in page.locator(".dock .pane").all()]
        assert [box["width"] for box in boxes] == [size["width"]] * 2
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
        assert "app.py" in student.type("ls")


def test_a_beamer_shows_the_names_of_the_files_beside_the_editor(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light&mode=projector") as student:
        student.page.locator("#tab-files").click()
        student.page.wait_for_timeout(300)
        room = student.page.locator(".file-list").bounding_box()
        for name in ("app.py", "shop.yaml"):
            tab = student.page.locator(".file-tab", has_text=name).bounding_box()
            assert room["y"] <= tab["y"] and tab["y"] + tab["height"] <= room["y"] + room["height"]


def test_on_a_beamer_no_word_leaves_the_box_of_its_container(learn):
    size = {"width": 1920, "height": 1080}
    address = "/lessons/02-build-ship-run/?theme=light&mode=projector"
    with learn(address, viewport=size) as student:
        student.speed(10)
        student.new_file("shop/Dockerfile", DOCKERFILE)
        student.type("docker build -t student/shop:1.0 .")
        student.type("docker run -d --name shop student/shop:1.0")
        student.sees("^Container shop, Up")
        student.page.wait_for_timeout(600)  # things glide to their place
        boxes = student.page.evaluate(
            """() => [...document.querySelectorAll('.thing')].map(thing => {
              const box = thing.querySelector('.thing-box').getBoundingClientRect();
              const texts = [...thing.querySelectorAll('text')].filter(one => one.textContent);
              return [box.right, ...texts.map(one => one.getBoundingClientRect().right)];
            })"""
        )
        assert boxes and all(max(texts) <= right for right, *texts in boxes), boxes


PAGES = ("/", "/about/", "/fidelity/", "/sandbox/?scenario=class-cluster", "/missing/")


@pytest.mark.parametrize("address", PAGES)
def test_a_real_page_has_no_violation(chromium, school, address):
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(school.base + address)
    if "sandbox" in address:
        page.locator(".hit").first.wait_for()
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("address", ["/", "/about/", "/fidelity/", "/missing/"])
def test_a_page_is_no_wider_than_a_phone(chromium, school, address):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(school.base + address)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
