"""Random lives of a cluster: what people and bad luck do to it, and what must hold meanwhile.

A sequence is made from a seed alone: a scenario and steps (pause in microseconds, command), so
that any part of it can be left out to find what a failure is made of. `live` runs one and
answers its lab; `tests/chaos_rules.py` looks at every change meanwhile.
"""

from __future__ import annotations

import json
import random
import re
from typing import Any

import yaml

from simulator.engine import Engine
from simulator.errors import BadCommand, LabFailed
from simulator.lab import Lab
from simulator.scenario import Scenario
from simulator.scenario_check import check_data
from simulator.timing import MS, SECOND
from tests.chaos_rules import Watch, at_rest

Command = dict[str, Any]
Steps = list[tuple[int, Command]]

PAUSES_US = (0, 20 * MS, 300 * MS, 2 * SECOND, 9 * SECOND, 41 * SECOND, 130 * SECOND)
PATIENCE_US = 1500 * SECOND
"""Image pull back-offs go up to 300 s, a Job's up to 360 s, a disk is let go by force after 360."""
NGINX = {"name": "main", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}
BUSY = {"name": "main", "image": "busybox:1.36"}
ASKS = {"requests": {"cpu": "250m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
PROBE = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5}


def _made(kind: str, name: str, spec: Any, api: str = "apps/v1") -> Any:
    meta = {"name": name, "namespace": "default"}
    return {"apiVersion": api, "kind": kind, "metadata": meta, "spec": spec}


def _template(name: str, container: Any, **spec: Any) -> Any:
    return {
        "selector": {"matchLabels": {"app": name}},
        "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [container], **spec},
        },
    }


def _apart(name: str) -> Any:
    """Keep a workload's pods on different nodes."""
    term = {
        "labelSelector": {"matchLabels": {"app": name}},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _claim(name: str) -> Any:
    asked = {"requests": {"storage": "1Gi"}}
    return {
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked},
    }


def manifests() -> list[Any]:
    """Give something of everything that keeps pods running."""
    web = {**NGINX, "resources": ASKS, "readinessProbe": PROBE, "livenessProbe": PROBE}
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 1}}
    stored = {**NGINX, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    cache = {**NGINX, "volumeMounts": [{"name": "own", "mountPath": "/own"}]}
    own = [{"name": "own", "persistentVolumeClaim": {"claimName": "own"}}]
    sleeper = {**BUSY, "command": ["sh", "-c", "sleep 15"]}
    quick = {"terminationGracePeriodSeconds": 5}
    service = {"selector": {"app": "web"}, "ports": [{"port": 80}], "type": "NodePort"}
    headless = {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 80}]}
    job = {
        "completions": 4, "parallelism": 2, "backoffLimit": 30,
        "template": {"spec": {"restartPolicy": "OnFailure", "containers": [sleeper]}},
    }  # fmt: skip
    cron_job = {"template": {"spec": {"restartPolicy": "Never", "containers": [sleeper]}}}
    return [
        _made("Deployment", "web", {"replicas": 4, "strategy": rolling, **_template("web", web)}),
        _made("Service", "web", service, "v1"),
        _made(
            "PodDisruptionBudget", "web",
            {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}, "policy/v1",
        ),
        _made(
            "Deployment", "api",
            {"replicas": 2, **_template("api", NGINX, affinity=_apart("api"), **quick)},
        ),
        _made("Service", "api", {"selector": {"app": "api"}, "ports": [{"port": 80}]}, "v1"),
        _made("PersistentVolumeClaim", "own", _claim("own")["spec"], "v1"),
        _made(
            "Deployment", "cache",
            {
                "replicas": 1, "strategy": {"type": "Recreate"},
                **_template("cache", cache, volumes=own, **quick),
            },
        ),
        _made("Service", "db", headless, "v1"),
        _made(
            "StatefulSet", "db",
            {
                "replicas": 2, "serviceName": "db", "volumeClaimTemplates": [_claim("data")],
                **_template("db", stored, **quick),
            },
        ),
        _made(
            "PodDisruptionBudget", "db",
            {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "db"}}}, "policy/v1",
        ),
        _made("DaemonSet", "agent", _template("agent", NGINX, **quick)),
        _made("Job", "work", job, "batch/v1"),
        _made("CronJob", "report", {"schedule": "*/4 * * * *", "jobTemplate": {"spec": cron_job}},
              "batch/v1"),
    ]  # fmt: skip


def _machine(name: str, role: str, **more: Any) -> Any:
    return {"name": name, "role": role, "arch": "amd64", "cpu": 4, "memory": "8Gi",
            "disk": "64Gi", "link": "1Gbps", **more}  # fmt: skip


def _scenario(name: str, workers: list[Any], **more: Any) -> Any:
    machines = [_machine("laptop", "laptop"), _machine("control-plane", "control-plane", cpu=2)]
    files = {
        "all.yaml": yaml.safe_dump_all(manifests()),
        "Dockerfile": "FROM nginx:1.27\nCOPY page.html /usr/share/nginx/html/\n",
        "page.html": "hello\n",
    }
    return {
        "name": name,
        "machine": "laptop",
        "machines": machines + workers,
        "hub": {"login": "student"},
        "cluster": {"version": "v1.32.4", "addons": ["metrics-server", "storage"]},
        "files": files,
        **more,
    }


def scenarios() -> list[Any]:
    """Give a roomy cluster, a tight one in two zones, and one whose images must be pulled."""
    loaded = {"worker": ["nginx:1.27", "nginx:1.27-alpine", "busybox:1.36"]}
    roomy = [_machine(f"worker-{n}", "worker") for n in range(1, 5)]
    tight = [
        _machine(f"worker-{n}", "worker", cpu=1, memory="1Gi", zone="ab"[n % 2])
        for n in range(1, 4)
    ]
    return [
        _scenario("roomy", roomy, images=loaded),
        _scenario("tight", tight, images=loaded),
        _scenario("empty", roomy[:3]),
    ]


LINES = (
    "kubectl apply -f all.yaml",
    "kubectl apply -f all.yaml",
    "kubectl scale deployment web --replicas={small}",
    "kubectl scale deployment api --replicas={small}",
    "kubectl scale statefulset db --replicas={small}",
    "kubectl set image deployment/web main={image}",
    "kubectl set image deployment/api main={image}",
    "kubectl set image statefulset/db main={image}",
    "kubectl set image daemonset/agent main={image}",
    "kubectl rollout restart {kind}",
    "kubectl rollout undo deployment/web",
    "kubectl rollout pause deployment/web",
    "kubectl rollout resume deployment/web",
    "kubectl rollout status deployment/web --timeout=30s",
    "kubectl delete pod -l app={app} --wait=false",
    "kubectl delete pod -l app={app} --force --grace-period=0",
    "kubectl delete pod db-{n} --wait=false",
    "kubectl delete {kind} --wait=false",
    "kubectl delete {kind} --cascade=orphan --wait=false",
    "kubectl delete {kind} --cascade=foreground --wait=false",
    "kubectl delete job work --wait=false",
    "kubectl delete pvc own --wait=false",
    "kubectl drain {worker} --ignore-daemonsets --delete-emptydir-data --force --timeout=60s",
    "kubectl drain {worker} --ignore-daemonsets --delete-emptydir-data --force",
    "kubectl cordon {worker}",
    "kubectl uncordon {worker}",
    "kubectl taint node {worker} dedicated=yes:{effect} --overwrite",
    "kubectl taint node {worker} dedicated-",
    "kubectl label pod -l app={app} app={other} --overwrite",
    "kubectl autoscale deployment api --min=1 --max=4",
    "docker build -t student/page:{n} .",
    "docker run -d --name box-{n} -p 808{n}:80 nginx:1.27",
    "docker run --rm alpine sleep {n}0",
    "docker rm -f box-{n}",
    "docker stop box-{n}",
)
FAULTS = (
    {"kind": "power-off", "target": "{machine}"},
    {"kind": "power-off", "target": "{worker}"},
    {"kind": "power-on", "target": "{machine}"},
    {"kind": "power-on", "target": "{worker}"},
    {"kind": "partition", "target": "{machine}"},
    {"kind": "partition", "target": "{worker}"},
    {"kind": "partition", "target": "{worker}", "from": "control-plane"},
    {"kind": "heal", "target": "{machine}"},
    {"kind": "heal", "target": "{worker}"},
    {"kind": "slow-link", "target": "{worker}", "mbps": 2},
    {"kind": "slow-link", "target": "{worker}", "mbps": 1000},
    {"kind": "packet-loss", "target": "{worker}", "percent": 30},
    {"kind": "latency", "target": "{worker}", "ms": 400},
    {"kind": "hub-down"},
    {"kind": "hub-up"},
    {"kind": "kill-pod-container", "target": "default/app={app}"},
    {"kind": "kill-pod-container", "target": "default/app={app}"},
    {"kind": "kill-pod", "target": "default/db-{n}"},
)
WORDS = {
    "image": ("nginx:1.27", "nginx:1.27-alpine", "nginx:no-such-tag"),
    "kind": ("deployment/web", "deployment/api", "deployment/cache", "statefulset/db",
             "daemonset/agent"),
    "app": ("web", "api", "cache", "db", "agent"),
    "other": ("web", "api", "nobody"),
    "effect": ("NoSchedule", "NoExecute"),
}  # fmt: skip


def sequence(seed: int) -> tuple[Any, Steps]:
    """Make a scenario and the steps of a random life, always the same for a seed."""
    rng = random.Random(seed)
    every = scenarios()
    data = every[seed % len(every)]
    names = [one["name"] for one in data["machines"]]
    steps: Steps = [(0, {"terminal": "kubectl apply -f all.yaml"})]
    if rng.random() < 0.7:
        load = {"name": "users", "target": "service/default/web", "rps": 3}
        steps.append((30 * SECOND, {"traffic": load}))
    for _ in range(rng.randrange(4, 22)):
        steps.append((rng.choice(PAUSES_US) + rng.randrange(SECOND), _command(rng, names)))
    return data, steps


def _command(rng: random.Random, names: list[str]) -> Command:
    words = {
        "small": str(rng.randrange(7)),
        "n": str(rng.randrange(3)),
        "machine": rng.choice(names[1:]),
        "worker": rng.choice(names[2:]),
        **{key: rng.choice(values) for key, values in WORDS.items()},
    }
    if rng.random() < 0.55:
        return {"terminal": rng.choice(LINES).format_map(words)}
    fault = rng.choice(FAULTS)
    return {
        "fault": {
            key: value.format_map(words) if isinstance(value, str) else value
            for key, value in fault.items()
        }
    }


def mending(data: Any) -> Steps:
    """Give the steps that lift all faults and take back what people forbade."""
    steps: Steps = [(SECOND, {"fault": {"kind": "hub-up"}})]
    for machine in [one["name"] for one in data["machines"]]:
        steps += [
            (SECOND, {"fault": {"kind": "heal", "target": machine}}),
            (0, {"fault": {"kind": "power-on", "target": machine}}),
            (0, {"fault": {"kind": "slow-link", "target": machine, "mbps": 1000}}),
            (0, {"fault": {"kind": "packet-loss", "target": machine, "percent": 0}}),
            (0, {"fault": {"kind": "latency", "target": machine, "ms": 0}}),
        ]
    lines = []
    for machine in [one["name"] for one in data["machines"]]:
        if machine.startswith("worker"):
            lines.append(f"kubectl taint node {machine} dedicated-")
            lines.append(f"kubectl uncordon {machine}")
    lines += [
        "kubectl delete hpa api",
        "kubectl rollout resume deployment/web",
        "kubectl delete job work --wait=false",
        # A claim that is being deleted goes only with its last user.
        "kubectl delete deployment cache --wait=false",
        "kubectl delete replicaset -l app=cache --wait=false",
    ]
    steps += [(150 * SECOND if n == 0 else 0, {"terminal": line}) for n, line in enumerate(lines)]
    return steps


def tidying(lab: Lab) -> Steps:
    """Give the steps that delete the pods which nobody owns any more, with the disks they hold."""
    return [
        (0, {"terminal": f"kubectl delete pod {pod['metadata']['name']} --wait=false"})
        for pod in lab.engine.store.list("Pod", "default")
        if not pod["metadata"].get("ownerReferences")
    ]


def asking() -> Steps:
    """Give the steps that ask for everything anew."""
    # Twice: what is still being deleted is there at the first time, and gone at the second.
    apply = {"terminal": "kubectl apply -f all.yaml"}
    # A StatefulSet waits for ever for a pod that a bad image broke; so it is in life.
    again = {"terminal": "kubectl delete pod -l app=db --wait=false"}
    return [(40 * SECOND, apply), (120 * SECOND, apply), (SECOND, again)]


def give(lab: Lab, steps: Steps) -> None:
    """Give commands, each after its pause; a refused one is as good as none."""
    for pause, command in steps:
        lab.advance(lab.now_us + pause)
        try:
            lab.do(command)
        except BadCommand:
            continue


def live(data: Any, seed: int, steps: Steps) -> tuple[Lab, Watch]:
    """Run one life up to the mending; answers the lab and what looked at every change."""
    lab = Lab(Scenario(check_data(data, "chaos")), seed)
    watch = Watch(lab)
    give(lab, [*steps, *mending(data)])
    give(lab, [*tidying(lab), *asking()])
    return lab, watch


def problems(data: Any, seed: int, steps: Steps, replay: bool = True) -> list[str]:
    """Run one life, let it come to rest, and say all that was wrong; nothing when all was well."""
    try:
        lab, watch = live(data, seed, steps)
        wrong = _rest(lab)
    except LabFailed as error:
        return [f"exception: {error.__cause__!r}"]
    wrong = watch.broken + wrong
    if replay and not wrong:
        wrong = _replayed(lab, random.Random(seed))
    return wrong


def _rest(lab: Lab) -> list[str]:
    """Wait until everything is as it should be, and see that it stays so."""
    end = lab.now_us + PATIENCE_US
    while at_rest(lab) and lab.now_us < end:
        lab.advance(lab.now_us + 30 * SECOND)
    wrong = at_rest(lab)
    if not wrong:
        lab.advance(lab.now_us + 30 * SECOND)
        wrong = [f"at rest no more: {text}" for text in at_rest(lab)]
    return wrong


def _replayed(lab: Lab, rng: random.Random) -> list[str]:
    """Replay the log in uneven strides, with an engine resumed from a keyframe half-way."""
    data = json.loads(json.dumps(lab.export()))
    cut = rng.randrange(lab.now_us)
    other = Lab.replay(data, until_us=0)
    other.catch_up(cut)
    other.engine = Engine(other.scenario, other.seed, other.engine.keyframe())
    other.catch_up(lab.now_us)
    if other.digest() == lab.digest():
        return []
    if Lab.replay(data).digest() != lab.digest():
        return ["the replay of the log has another digest"]
    return [f"a lab resumed at {cut} us has another digest"]


def shrink(data: Any, seed: int, steps: Steps, wrong: str) -> Steps:
    """Leave out steps as long as the same kind of problem stays; answers the fewest found."""
    kind = _kind(wrong)
    replay = "digest" in wrong
    size = max(1, len(steps) // 2)
    while size:
        begin = 0
        while begin < len(steps):
            fewer = _without(steps, begin, begin + size)
            if any(_kind(text) == kind for text in problems(data, seed, fewer, replay)):
                steps = fewer
            else:
                begin += size
        size //= 2
    return steps


def _without(steps: Steps, begin: int, end: int) -> Steps:
    """Leave some steps out, but not the time that passed before them."""
    lost = sum(pause for pause, _ in steps[begin:end])
    after = steps[end:]
    if after:
        after = [(after[0][0] + lost, after[0][1]), *after[1:]]
    return steps[:begin] + after


def _kind(text: str) -> str:
    """Give what a problem is about, without its numbers and names."""
    words = re.sub(r"[\d.]+ s: ", "", text).split()
    return " ".join(word for word in words if re.fullmatch(r"[a-zA-Z']+:?", word))[:30]
