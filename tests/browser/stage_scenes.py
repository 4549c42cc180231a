"""Recorded-looking views for the front end's own tests: data only, no simulation behind them."""

import hashlib
import math


def digest(*parts):
    """A sha256 digest that looks like a layer's or an image's."""
    return "sha256:" + hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


BASE = [digest("debian", n) for n in range(2)]
PYTHON = BASE + [digest("python", n) for n in range(3)]
SHOP = PYTHON + [digest("shop", n) for n in range(3)]
SHOP_OLD = [*PYTHON, digest("shop", 0), digest("shop", "old"), digest("shop", "old2")]
CART = BASE + [digest("cart", n) for n in range(3)]
NGINX = [BASE[0]] + [digest("nginx", n) for n in range(6)]
GIB = 2**30


def layers(digests):
    """Layer objects with sizes that shrink towards the top."""
    return [
        {
            "digest": one,
            "size": int(48e6 / (index + 1) ** 1.6),
            "created_by": f"RUN step {index + 1}",
        }
        for index, one in enumerate(digests)
    ]


def machine(name, role, **more):
    """A machine in order, unless `more` says otherwise."""
    return {
        "name": name,
        "role": role,
        "arch": "arm64" if role == "pi" else "amd64",
        "cpu": 4,
        "memory": 8 * GIB,
        "link_mbps": 1000,
        "power": "on",
        "state": "Ready" if role in ("worker", "control-plane") else "On",
        "cpu_used": 1.2,
        "memory_used": 3 * GIB,
        "docker": role in ("laptop", "server", "pi"),
        "node": role in ("worker", "control-plane"),
        "zone": None,
    } | more


def container(machine_name, name, image, image_layers, **more):
    """A running container."""
    return {
        "id": digest("container", machine_name, name)[7:],
        "name": name,
        "machine": machine_name,
        "image": image,
        "layers": image_layers,
        "state": "running",
        "exit_code": None,
        "health": None,
        "pod": None,
        "ports": ["8080->80/tcp"],
        "created_us": 1_000_000,
        "started_us": 1_100_000,
        "ready_us": 1_480_000,
        "queue": 0,
        "cpu": 0.2,
        "memory": 64 * 2**20,
        "memory_limit": None,
        "reason": None,
    } | more


def pod(name, node, app="shop", image="shop:1.4", image_layers=None, **more):
    """A running pod."""
    chosen = image_layers or SHOP
    return {
        "name": name,
        "namespace": "default",
        "node": node,
        "status": "Running",
        "shape": "running",
        "ready": "1/1",
        "restarts": 0,
        "ip": "10.244.1.7",
        "image": image,
        "layers": chosen,
        "layers_ready": len(chosen),
        "app": app,
        "owner": f"ReplicaSet/{name.rsplit('-', 1)[0]}",
        "queue": 0,
        "created_us": 3_000_000,
        "containers": [
            {"name": app, "state": "running", "reason": None, "ready": True, "restarts": 0}
        ],
        "message": None,
    } | more


def image(machine_name, tag, digests, **more):
    """An image in a machine's store."""
    return {
        "id": digest("image", tag),
        "machine": machine_name,
        "tags": [tag],
        "layers": layers(digests),
        "size": 142_000_000,
        "arch": "amd64",
        "created_us": 1,
    } | more


def hub(repo, tag, digests, official=False):
    """A repository's tag on the hub."""
    return {
        "repo": repo,
        "tag": tag,
        "digest": digest("manifest", repo, tag),
        "official": official,
        "layers": layers(digests),
        "platforms": ["linux/amd64", "linux/arm64"],
        "size": 51_000_000,
    }


def marks(*entries):
    """Timeline marks from (second, text, kind)."""
    return {
        f"mark/{n}": {"at_us": int(at * 1e6), "text": text, "kind": kind}
        for n, (at, text, kind) in enumerate(entries)
    }


def files():
    """Files of the workspace."""
    return {
        f"file/{path}": {"path": path, "size": 200, "digest": digest(path)}
        for path in ("shop/Dockerfile", "shop/app.py", "shop/requirements.txt", "shop/shop.yaml")
    }


def build():
    """A build half-way: three steps from the cache, one that runs."""
    lines = [
        ("FROM python:3.12-slim", "cached", "the base image is here"),
        ("WORKDIR /app", "cached", None),
        ("COPY requirements.txt .", "cached", None),
        ("COPY app.py .", "done", "app.py changed since the last build"),
        (
            "RUN pip install --no-cache-dir --no-compile -r requirements.txt",
            "running",
            "the step before it was made anew",
        ),
        ("CMD", "waiting", None),
    ]
    steps = [
        {
            "n": n,
            "name": f"[{n}/{len(lines)}] {name}",
            "state": state,
            "start_us": 88_000_000 if state in ("done", "running") else None,
            "end_us": 88_400_000 if state == "done" else None,
            "digest": SHOP[n] if state in ("done", "cached") else None,
            "why": why,
        }
        for n, (name, state, why) in enumerate(lines, 1)
    ]
    return {"entry": 3, "machine": "laptop", "tag": "shop:1.5", "steps": steps, "state": "running"}


def one():
    """One server: a container beside a VM that boots."""
    at = [0, 4_800_000, 8_100_000, 11_000_000, 24_000_000, 26_500_000]
    names = ["firmware", "kernel", "init", "services", "app"]
    phases = [
        {"name": name, "start_us": at[n] + 1_000_000, "end_us": at[n + 1] + 1_000_000}
        for n, name in enumerate(names)
    ]
    shop = container("server", "shop", "shop:1.0", SHOP)
    return {
        "machine/server": machine("server", "server"),
        f"container/server/{shop['id']}": shop,
        "vm/server/vm-1": {
            "name": "vm-1",
            "machine": "server",
            "state": "booting",
            "phases": phases,
            "started_us": 1_000_000,
            "ready_us": None,
            "memory": GIB,
        },
        "image/server/1": image("server", "shop:1.0", SHOP),
        "image/server/2": image("server", "python:3.12-slim", PYTHON),
        "goal/1/container": {
            "text": "a container answers",
            "state": "met",
            "detail": "",
            "met_us": 1,
        },
        "goal/1/vm": {
            "text": "the VM answers",
            "state": "partly",
            "detail": "its kernel has started",
            "met_us": None,
        },
        **marks((1, "docker run", "command"), (1.2, "vm start", "command")),
        **files(),
    }


def three():
    """Laptop, server and Raspberry Pi with a hub; a pull is under way."""
    crashed = {
        "state": "exited",
        "exit_code": 1,
        "reason": "Error",
        "ports": [],
    }
    things = [
        container("laptop", "shop", "shop:1.4", SHOP),
        container("laptop", "db", "postgres:17", CART, health="starting", ports=["5432/tcp"]),
        container("server", "shop", "shop:1.4", SHOP, queue=4),
        container("server", "broken", "shop:1.3", SHOP_OLD, **crashed),
    ]
    moving = [{**layer, "done": 0, "state": "waiting"} for layer in layers(SHOP)]
    return {
        "machine/laptop": machine("laptop", "laptop"),
        "machine/server": machine("server", "server", cpu=16, memory=64 * GIB),
        "machine/pi": machine("pi", "pi", memory=4 * GIB, link_mbps=90),
        **{f"container/{c['machine']}/{c['id']}": c for c in things},
        "image/laptop/1": image("laptop", "ada/shop:1.4", SHOP),
        "image/laptop/2": image("laptop", "ada/shop:1.3", SHOP_OLD),
        "image/laptop/3": image("laptop", "python:3.12-slim", PYTHON),
        "image/server/1": image("server", "ada/shop:1.4", SHOP),
        "hub/ada/shop:1.4": hub("ada/shop", "1.4", SHOP),
        "hub/ada/shop:1.3": hub("ada/shop", "1.3", SHOP_OLD),
        "hub/python:3.12-slim": hub("library/python", "3.12-slim", PYTHON, official=True),
        "client/users": {
            "name": "users",
            "target": "machine/laptop:8080",
            "rps": 12,
            "kind": "poisson",
        },
        "flow/users/laptop": {
            "from": "client/users",
            "to": f"container/laptop/{things[0]['id']}",
            "rps": 12,
            "error_rps": 0,
        },
        "transfer/1": {
            "id": "1",
            "from": "hub",
            "to": "pi",
            "direction": "pull",
            "image": "ada/shop:1.4",
            "layers": moving,
            "mbps": 88,
            "started_us": 1,
            "state": "active",
        },
        "build/1": build(),
        **marks((3, "docker build", "command"), (9, "docker push", "command")),
        **files(),
    }


def cluster(workers=3, pods=7, rps=84):
    """A control plane and workers under traffic; one worker has lost its power."""
    view = {
        "machine/control-plane": machine("control-plane", "control-plane"),
        **{
            f"machine/worker-{n}": machine(f"worker-{n}", "worker", cpu_used=0.6 + 1.1 * n % 3.4)
            for n in range(1, workers + 1)
        },
    }
    loops = ["scheduler", "deployment", "replicaset", "endpointslice", "node-lifecycle"]
    for name in [*loops, "horizontalpodautoscaler"]:
        view[f"loop/{name}"] = {"name": name, "depth": 0, "busy": False, "runs": 3, "last": None}
    view["loop/replicaset"] |= {"depth": 1, "busy": True}
    view["loop/endpointslice"] |= {"depth": 2, "busy": True}
    view["machine/worker-2"] |= {"power": "off", "state": "NotReady", "cpu_used": 0}
    for n in range(pods):
        name = f"shop-7c9d5b6f4-{hashlib.sha256(str(n).encode()).hexdigest()[:5]}"
        node = f"worker-{n % workers + 1}"
        one_pod = pod(name, node)
        if node == "worker-2":
            one_pod |= {"status": "Terminating", "shape": "going"}
        view[f"pod/default/{name}"] = one_pod
        if one_pod["shape"] == "running":
            view[f"flow/shop/{n}"] = {
                "from": "service/default/shop",
                "to": f"pod/default/{name}",
                "rps": rps / pods,
                "error_rps": 0,
            }
    cart = pod("cart-5f6d8-q2x7m", "worker-1", app="cart", image="cart:2.0", image_layers=CART)
    view["pod/default/cart-5f6d8-q2x7m"] = cart | {"queue": 5, "restarts": 2}
    view["pod/default/shop-7c9d5b6f4-r2vpd"] = pod("shop-7c9d5b6f4-r2vpd", "worker-3") | {
        "status": "ContainerCreating",
        "shape": "coming",
        "layers_ready": 3,
        "ready": "0/1",
    }
    view["pod/default/bad-6b7f9-zzzzz"] = pod("bad-6b7f9-zzzzz", "worker-1", app="bad") | {
        "status": "CrashLoopBackOff",
        "shape": "failed",
        "restarts": 4,
    }
    view["pod/default/shop-7c9d5b6f4-wait1"] = pod("shop-7c9d5b6f4-wait1", None) | {
        "status": "Pending",
        "shape": "waiting",
        "layers_ready": 0,
        "message": "0/3 nodes are available: 1 node(s) had untolerated taint",
    }
    ends = [key[4:] for key in view if key.startswith("pod/")]
    view["service/default/shop"] = {
        "name": "shop",
        "namespace": "default",
        "type": "ClusterIP",
        "cluster_ip": "10.96.4.11",
        "ports": ["80/TCP"],
        "endpoints": [{"pod": end, "ip": "10.244.0.2", "ready": True} for end in ends[:5]],
        "selector": {"app": "shop"},
    }
    view["client/users"] = {
        "name": "users",
        "target": "service/default/shop",
        "rps": rps,
        "kind": "poisson",
    }
    view["flow/users/shop"] = {
        "from": "client/users",
        "to": "service/default/shop",
        "rps": rps,
        "error_rps": 2,
    }
    view["workload/default/Deployment/shop"] = {
        "kind": "Deployment",
        "name": "shop",
        "namespace": "default",
        "desired": 7,
        "ready": 5,
        "updated": 7,
        "available": 5,
        "image": "shop:1.4",
    }
    view["hub/ada/shop:1.4"] = hub("ada/shop", "1.4", SHOP)
    view["hub/ada/shop:1.3"] = hub("ada/shop", "1.3", SHOP_OLD)
    view["hub/ada/cart:2.0"] = hub("ada/cart", "2.0", CART)
    view["transfer/1"] = {
        "id": "1",
        "from": "hub",
        "to": "worker-3",
        "direction": "pull",
        "image": "ada/shop:1.4",
        "mbps": 94,
        "started_us": 1,
        "state": "active",
        "layers": [{**layer, "done": 0, "state": "waiting"} for layer in layers(SHOP)],
    }
    view["schedule/default/shop-7c9d5b6f4-r2vpd"] = {
        "pod": "shop-7c9d5b6f4-r2vpd",
        "at_us": 6_000_000,
        "node": "worker-3",
        "feasible": 2,
        "table": [
            {
                "node": f"worker-{n}",
                "passed": n != 2,
                "reason": "node(s) had untolerated taint {node.kubernetes.io/unreachable}",
                "scores": [
                    {
                        "plugin": "LeastAllocated",
                        "raw": 60,
                        "normalized": 60,
                        "weight": 1,
                        "weighted": 50 + 5 * n,
                    },
                    {
                        "plugin": "BalancedAllocation",
                        "raw": 80,
                        "normalized": 80,
                        "weight": 1,
                        "weighted": 80,
                    },
                ],
                "total": 130 + 5 * n,
            }
            for n in (1, 2, 3)
        ],
    }
    for second in range(90):
        hump = math.exp(-((second - 70) ** 2) / 40)
        view[f"point/{second}"] = {
            "at_us": second * 1_000_000,
            "rps": 80 + 6 * math.sin(second / 4),
            "ok": 80,
            "errors": {"connection refused": int(12 * hump)} if hump > 0.1 else {},
            "p50": 12 + 3 * math.sin(second / 3),
            "p95": 40 + 30 * hump,
            "p99": 90 + 180 * hump,
        }
    for n in range(12):
        view[f"event/{n}"] = {
            "at_us": n * 7_000_000,
            "type": "Warning" if n % 4 == 3 else "Normal",
            "reason": "BackOff" if n % 4 == 3 else "Scheduled",
            "object": f"Pod/shop-7c9d5b6f4-{n:05d}",
            "message": "Successfully assigned default/shop to worker-1",
            "source": "default-scheduler",
            "count": 1 + n % 3,
        }
    view |= marks(
        (8, "docker build", "command"),
        (20, "docker push", "command"),
        (31, "kubectl apply", "command"),
        (64, "power off worker-2", "fault"),
        (69, "worker-2 NotReady", "state"),
        (70, "2 pods going", "state"),
    )
    view["goal/2/seen"] = {"text": "", "state": "met", "detail": "", "met_us": 1}
    view["goal/2/ready"] = {
        "text": "",
        "state": "partly",
        "detail": "3 of 4 Ready; shop-…-r2vpd is pulling 3 of 8 layers on worker-3",
        "met_us": None,
    }
    return view | files()


def big(count=1000):
    """A thousand machines in four zones."""
    view = {}
    for n in range(count):
        name = f"node-{n:04d}"
        used = (math.sin(n * 12.9898) * 43758.5453) % 1
        view[f"machine/{name}"] = machine(name, "worker", zone=f"zone-{'abcd'[n % 4]}") | {
            "cpu_used": 4 * used,
        }
        if n % 97 == 0:
            view[f"machine/{name}"] |= {"state": "NotReady"}
        if n % 211 == 0:
            view[f"machine/{name}"] |= {"power": "off", "state": "NotReady"}
    view["machine/control-plane"] = machine("control-plane", "control-plane")
    for name in ("scheduler", "replicaset", "node-lifecycle"):
        view[f"loop/{name}"] = {"name": name, "depth": 3, "busy": name == "scheduler", "runs": 1}
    return view


def crowd():
    """Five workers, forty pods, fifty requests a second."""
    return cluster(workers=5, pods=38, rps=50)


def many():
    """More of everything than has room."""
    view = cluster(workers=3, pods=120, rps=60) | {"machine/laptop": machine("laptop", "laptop")}
    for n in range(1, 8):
        view[f"client/crowd-{n}"] = view["client/users"] | {"name": f"crowd-{n}"}
        view[f"service/default/api-{n}"] = view["service/default/shop"] | {"name": f"api-{n}"}
        view[f"image/laptop/{n}"] = image("laptop", f"ada/tool:{n}", PYTHON)
        view[f"hub/ada/tool/{n}"] = hub("ada/tool", str(n), PYTHON)
    del view["client/users"]
    return view


def mixed():
    """A laptop with Docker beside a cluster, as in the lesson from the one to the other."""
    shop = container("laptop", "shop", "shop:1.4", SHOP)
    return cluster() | {
        "machine/laptop": machine("laptop", "laptop"),
        f"container/laptop/{shop['id']}": shop,
        "image/laptop/1": image("laptop", "ada/shop:1.4", SHOP),
        "image/laptop/2": image("laptop", "python:3.12-slim", PYTHON),
        "image/worker-1/1": image("worker-1", "ada/shop:1.4", SHOP),
    }


def empty():
    """A sandbox in which nothing has been done yet."""
    names = {"laptop": "laptop", "server": "server", "pi": "pi"}
    return {f"machine/{name}": machine(name, role) for name, role in names.items()} | files()


SCENES = {scene.__name__: scene for scene in (one, three, cluster, mixed, many, crowd, big, empty)}
