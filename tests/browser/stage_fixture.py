"""The front end on its own: the real pages over recorded-looking frames, no simulator behind them.

Serve it with `daphne tests.browser.stage_fixture:application`; `/lab/cluster` is the page of the
scene `cluster` (see stage_scenes.py). Test data only: nothing here is part of the product.
"""

import asyncio
import json
import random
from pathlib import Path
from urllib.parse import parse_qs

import django
from django.conf import settings

from tests.browser.stage_scenes import SCENES

ROOT = Path(__file__).resolve().parents[2]

if not settings.configured:
    settings.configure(
        DEBUG=False,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="front-end-fixture",
        ROOT_URLCONF=__name__,
        STATIC_URL="/static/",
        STATICFILES_DIRS=[ROOT / "static"],
        INSTALLED_APPS=["django.contrib.staticfiles", "django_htmx"],
        MIDDLEWARE=[f"{__name__}.strict_csp"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [ROOT / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
    )
    django.setup()

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; font-src 'self'; base-uri 'none'; form-action 'self'"
)
SOURCE = (
    "# syntax=docker/dockerfile:1\nFROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
)


def strict_csp(get_response):
    """Middleware: the strict policy that the pages must live under."""

    def middleware(request):
        response = get_response(request)
        response["Content-Security-Policy"] = CSP
        return response

    return middleware


def prose(text):
    """A block of lesson text."""
    return {"kind": "prose", "html": text}


def lesson():
    """A lesson with every kind of block."""
    predict = {
        "kind": "predict",
        "id": "when",
        "question": "When do the pods of worker-2 come back elsewhere?",
        "options": ["At once", "After about 40 seconds", "After about 5 minutes", "Never"],
        "reveal": "<p>After 5 minutes: the default <code>tolerationSeconds</code> is 300.</p>",
    }
    goals = [
        {"id": "seen", "text": "worker-2 is seen as NotReady"},
        {"id": "ready", "text": "4 shop pods are Ready again"},
        {"id": "errors", "text": "errors stay under 1% for 60 s"},
    ]
    second = [
        prose(
            "<p>Your shop runs on three machines. One of them is about to lose power while "
            "customers are buying.</p>"
        ),
        predict,
        prose(
            "<p>Click the plug of <code>worker-2</code>. Watch the node controller first, "
            "then the scheduler.</p><pre><code class='language-sh'>kubectl get pods -o wide"
            "</code></pre>"
        ),
        {"kind": "check", "goals": goals},
        {"kind": "hints", "hints": ["<p>Look at the node.</p>", "<p>Describe it.</p>"]},
        {"kind": "note", "html": "<p>Ask the room to vote before pulling the plug.</p>"},
    ]
    first = [
        prose("<p>A container starts as a process. A virtual machine starts as a computer.</p>"),
        {
            "kind": "check",
            "goals": [
                {"id": "container", "text": "a container answers"},
                {"id": "vm", "text": "the VM answers"},
            ],
        },
    ]
    titles = ["Side by side", "Pull the plug of a machine", "Look back"]
    blocks = [first, second, [prose("<p>What did you see?</p>")]]
    return {
        "slug": "fixture",
        "number": 3,
        "title": "When something fails",
        "summary": "",
        "minutes": 15,
        "steps": [
            {"index": n + 1, "title": titles[n], "blocks": blocks[n]} for n in range(len(titles))
        ],
    }


def lab_page(request, scene):
    """The lesson page (or the sandbox, for `?sandbox=1`) of a scene."""
    lab = {
        "id": scene,
        "token": "t",
        "ws_url": f"/ws/{scene}?token=t",
        "api_url": f"/api/labs/{scene}",
        "scenario": scene,
    }
    shown = None if request.GET.get("sandbox") else lesson()
    context = {"lab": lab, "lesson": shown, "next_lesson": None, "start_step": 1}
    return render(request, "lab.html", context)


def home(request):
    """The list of lessons."""
    entries = [
        {
            "slug": f"l{n}",
            "number": n,
            "title": title,
            "summary": summary,
            "minutes": minutes,
            "objectives": ["one", "two"],
            "url": "/lab/cluster",
            "steps": 4,
        }
        for n, (title, summary, minutes) in enumerate(LESSONS, 1)
    ]
    return render(request, "lessons.html", {"lessons": entries, "sandboxes": SANDBOXES})


LESSONS = [
    (
        "A container against a VM",
        "Start both side by side on one machine and see what is not there.",
        3,
    ),
    (
        "Write a Dockerfile",
        "Layers, the build cache, and one image on three very different machines.",
        15,
    ),
    (
        "From docker run to a Deployment",
        "Kill a container, pull the plug of a machine, watch it heal.",
        20,
    ),
]
SANDBOXES = [
    {
        "name": "laptop",
        "title": "A laptop with Docker",
        "summary": "One machine.",
        "url": "/lab/one",
    },
    {"name": "three-nodes", "title": "Three nodes", "summary": "A cluster.", "url": "/lab/cluster"},
]


def fidelity(request):
    """The honest list."""
    groups = [
        {
            "module": "docker/build",
            "title": "Building images",
            "notes": [
                {
                    "text": "RUN is never executed: its effects come from a model.",
                    "source": "simulator/docker/build.py:12",
                }
            ],
        },
    ]
    return render(request, "fidelity.html", {"groups": groups, "count": 1})


def page(template):
    """A view that only renders a template."""
    return lambda request: render(request, template)


def file_text(request, scene):
    """A file of the workspace."""
    return HttpResponse(
        SOURCE * (4 if "Dockerfile" in request.GET["path"] else 1), content_type="text/plain"
    )


urlpatterns = [
    path("", home),
    path("lab/<slug:scene>", lab_page),
    path("fidelity/", fidelity),
    path("about/", page("about.html")),
    path("missing/", page("404.html")),
    path("broken/", page("500.html")),
    path("api/labs/<slug:scene>/files", file_text),
]


class Player:
    """One socket: the scene, its clock, and what moves in it."""

    def __init__(self, scene, send):
        self.view, self.send = SCENES[scene](), send
        self.number, self.now, self.speed, self.paused = 0, 90_000_000, 1, False
        if scene == "one":
            self.now = 6_000_000
        self.random = random.Random(7)

    async def say(self, **message):
        """Send one JSON message."""
        await self.send({"type": "websocket.send", "text": json.dumps(message)})

    async def frame(self, put, drop=(), base=None, requests=()):
        """Send one frame and remember it."""
        base = self.number if base is None else base
        self.number += 1
        await self.say(
            t="frame",
            n=self.number,
            base=base,
            now_us=self.now,
            speed=self.speed,
            paused=self.paused,
            put=put,
            drop=list(drop),
            requests=list(requests),
        )

    async def play(self):
        """Advance the clock, move transfers, send samples."""
        while True:
            await asyncio.sleep(0.25)
            if self.paused:
                continue
            self.now += int(250_000 * (1 if self.speed == "max" else self.speed))
            await self.frame(self.transfers(), requests=self.samples())

    def transfers(self):
        """Let the transfers go on, layer by layer, for ever."""
        put = {}
        for key, value in self.view.items():
            if not key.startswith("transfer/"):
                continue
            phase = (self.now / 1e6) % 12 / 12 * (len(value["layers"]) + 1)
            for n, layer in enumerate(value["layers"]):
                share = min(max((phase - n) / 2, 0), 1)
                layer["done"] = int(layer["size"] * share)
                layer["state"] = (
                    "waiting" if share <= 0 else "done" if share >= 1 else "downloading"
                )
            put[key] = value
        return put

    def samples(self):
        """A few requests along every flow."""
        pods = [
            v["to"]
            for k, v in self.view.items()
            if k.startswith("flow/") and v["from"].startswith("service")
        ]
        samples = []
        for n in range(4 if pods else 0):
            end = self.random.choice(pods)
            ok = self.random.random() > 0.1
            samples.append(
                {
                    "id": n,
                    "at_us": self.now + n * 50_000,
                    "client": "users",
                    "path": [
                        {"place": "client/users", "at_us": self.now},
                        {"place": "service/default/shop", "at_us": self.now},
                        {"place": end, "at_us": self.now, "queued_us": 400_000, "service_us": 9000},
                    ],
                    "done_us": self.now,
                    "outcome": "ok" if ok else "refused",
                    "status": 200,
                }
            )
        return samples

    async def take(self, message):
        """Answer one message of the browser."""
        kind = message["t"]
        if kind == "hello":
            await self.say(
                t="hello",
                lab="x",
                engine="fixture",
                n=0,
                cwd="/home/student/shop",
                machine="laptop",
                machines=["laptop"],
            )
            await self.frame(self.view, base=0)
        elif kind == "clock":
            self.speed, self.paused = message["speed"], message["paused"]
            await self.frame({})
        elif kind == "step":
            self.now += 1_000_000
            await self.frame({})
        elif kind == "complete":
            await self.say(
                t="completions",
                id=message["id"],
                **{"from": message["cursor"]},
                options=["pods", "podtemplates"],
            )
        elif kind == "do":
            await self.do(message)

    async def do(self, message):
        """A command: power faults work on the view, a typed line is echoed."""
        command = message["command"]
        if "fault" in command:
            key = f"machine/{command['fault']['target']}"
            if key in self.view:
                off = command["fault"]["kind"] == "power-off"
                self.view[key] |= {
                    "power": "off" if off else "on",
                    "state": "NotReady" if off else "Ready",
                }
                await self.frame({key: self.view[key]})
        text = (
            f"you typed: {command['terminal']}\n\x1b[32mgreen\x1b[0m line\n"
            if "terminal" in command
            else ""
        )
        await self.say(
            t="result", id=message["id"], entry=1, output=text, exit_code=0, error=None, hint=None
        )


async def socket(scope, receive, send):
    """The WebSocket of one page."""
    await receive()
    await send({"type": "websocket.accept"})
    player = Player(scope["path"].rsplit("/", 1)[1], send)
    player.paused = parse_qs(scope["query_string"].decode()).get("paused") == ["1"]
    playing = asyncio.create_task(player.play())
    try:
        while (event := await receive())["type"] == "websocket.receive":
            await player.take(json.loads(event["text"]))
    finally:
        playing.cancel()


http = ASGIStaticFilesHandler(get_asgi_application())


async def application(scope, receive, send):
    """Pages and static files over HTTP, the lab over its WebSocket."""
    await (socket if scope["type"] == "websocket" else http)(scope, receive, send)
