// What can be done with an object: words for the menu, and the command or the typed line behind each.

import { lookInto } from "../looks.js";
import { plural, shortImage } from "../text.js";
import { diskName } from "./disks.js";
import { stateWords } from "./machines.js";
import { containerWord } from "./model.js";

/** {kind, name, state} of an object in words. */
export function headings(key, value) {
  const kind = key.split("/")[0];
  switch (kind) {
    case "container": return { kind: "Container", name: value.name, state: containerWord(value) };
    case "pod": return { kind: "Pod", name: value.name, state: value.status };
    case "machine": return { kind: "Machine", name: value.name, state: stateWords(value)[0].replace("⚡ ", "").replace(" ·", ",") };
    case "vm": return { kind: "Virtual machine", name: value.name, state: value.state };
    case "service": return { kind: "Service", name: value.name, state: `${(value.endpoints ?? []).filter((end) => end.ready).length} ready endpoints` };
    case "workload": return { kind: value.kind, name: value.name, state: `${value.ready} of ${value.desired} ready` };
    case "hpa": return { kind: "Autoscaler", name: value.name, state: `${value.current} of ${value.min} to ${value.max}${value.metric ? `, ${value.metric}` : ""}` };
    case "client": return { kind: "Users", name: value.name, state: "" };
    case "image": return { kind: "Image", name: shortImage(value.tags?.[0] ?? value.id), state: "" };
    case "hub": return { kind: "On the hub", name: `${shortImage(value.repo)}:${value.tag}`, state: "" };
    case "claim": return { kind: "Disk", name: value.name, state: claimWord(value) };
    case "volume": return { kind: "Volume", name: diskName(value), state: value.containers.length ? `used by ${value.containers.join(", ")}` : "unused" };
    case "loop": return { kind: "Loop", name: value.name, state: loopWord(value) };
    default: return { kind, name: value.name ?? key, state: "" };
  }
}

/** What a loop of the control plane does just now. */
export function loopWord({ depth, busy, runs }) {
  return depth ? `${plural(depth, "key")} in its queue` : busy ? "reconciles" : runs ? `idle, ran ${plural(runs, "time")}` : "idle";
}

/** Where a claim's disk is, in words. */
export function claimWord(claim) {
  if (claim.phase !== "Bound") return claim.phase;
  const [on, coming] = [claim.attached.filter((one) => one.attached), claim.attached.filter((one) => !one.attached)];
  if (on.length) return `attached to ${on.map((one) => one.node).join(", ")}`;
  return coming.length ? `being attached to ${coming.map((one) => one.node).join(", ")}` : "Bound, attached nowhere";
}

const fault = (label, kind, target, icon) => ({ label, icon, command: { fault: { kind, target } } });
const typed = (label, line) => ({ label, icon: "file", line });
const traffic = (name, target, rps) => ({ label: rps ? `${rps} requests a second` : "Stop the traffic", icon: "link", command: { traffic: { name, target, rps } } });

const RATES = [5, 40, 150, 400];

const BY_KIND = {
  machine(m, view) {
    const off = m.power === "off";
    const list = [{ label: "Zoom in", icon: "zoom", zoom: m.name }, fault(off ? "Plug it in again" : "Pull the plug", off ? "power-on" : "power-off", m.name, off ? "plug" : "unplugged")];
    if (off) return list;
    list.push(fault("Cut its network cable", "partition", m.name, "cut"), fault("Mend its network cable", "heal", m.name, "link"));
    if (m.docker) {
      const taken = [...view.kind("vm").values()].filter((vm) => vm.machine === m.name).length;
      list.push({ label: "Start a virtual machine here", icon: "expand", command: { vm: { machine: m.name, name: `vm-${taken + 1}`, action: "start" } } });
    }
    return list;
  },
  container: (c) => [
    ...(["running", "paused", "restarting"].includes(c.state) ? [fault("Kill it", "kill-container", `${c.machine}/${c.name}`, "kill")] : [typed("Start it again", `docker start ${c.name}`)]),
    typed("Show its log", `docker logs ${c.name}`), typed("Stop it politely", `docker stop ${c.name}`),
  ],
  pod: (p) => [fault("Kill its process", "kill-pod-container", `${p.namespace}/${p.name}`, "kill"), typed("Delete the pod", `kubectl delete pod ${p.name}${ns(p)}`),
    typed("Show its log", `kubectl logs ${p.name}${ns(p)}`), typed("Describe it", `kubectl describe pod ${p.name}${ns(p)}`)],
  service: (s) => [...RATES.map((rps) => traffic("users", `service/${s.namespace}/${s.name}`, rps)), traffic("users", `service/${s.namespace}/${s.name}`, 0), typed("Show its endpoints", `kubectl get endpointslices -l kubernetes.io/service-name=${s.name}${ns(s)}`)],
  workload: (w) => [typed("Scale it", `kubectl scale ${w.kind.toLowerCase()} ${w.name} --replicas=${w.desired + 1}${ns(w)}`), typed("Watch its rollout", `kubectl rollout status ${w.kind.toLowerCase()}/${w.name}${ns(w)}`), typed("Describe it", `kubectl describe ${w.kind.toLowerCase()} ${w.name}${ns(w)}`)],
  hpa: (h) => [typed("Describe it", `kubectl describe hpa ${h.name}${ns(h)}`), typed("Watch it", `kubectl get hpa ${h.name} -w${ns(h)}`)],
  client: (c) => [...RATES.map((rps) => traffic(c.name, c.target, rps)), traffic(c.name, c.target, 0)],
  image: (i) => [typed("Run it", `docker run -d ${shortImage(i.tags?.[0] ?? i.id)}`), typed("Show its layers", `docker history ${shortImage(i.tags?.[0] ?? i.id)}`), typed("Push it to the hub", `docker push ${i.tags?.[0] ?? i.id}`)],
  hub: (h) => [typed("Pull it", `docker pull ${shortImage(h.repo)}:${h.tag}`), typed("Run it", `docker run -d ${shortImage(h.repo)}:${h.tag}`)],
  claim: (c) => [typed("Describe it", `kubectl describe pvc ${c.name}${ns(c)}`), typed("Show all disks and claims", "kubectl get pvc,pv"), typed("Show what is attached where", "kubectl get volumeattachments")],
  volume: (v) => [typed("Inspect it as Docker does", `docker volume inspect ${v.name}`), typed("List the volumes", "docker volume ls")],
  vm: (v) => [{ label: v.state === "off" ? "Start it" : "Stop it", icon: v.state === "off" ? "plug" : "unplugged", command: { vm: { machine: v.machine, name: v.name, action: v.state === "off" ? "start" : "stop" } } }],
};

function ns(object) {
  return object.namespace && object.namespace !== "default" ? ` -n ${object.namespace}` : "";
}

/** The menu of an object: [{label, icon, command | line | zoom | inspect | look | decision}]. */
export function actionsFor(key, value, view) {
  const own = BY_KIND[key.split("/")[0]]?.(value, view) ?? [];
  const why = key.startsWith("pod/") ? [{ label: value.node ? "Why on this machine?" : "Why on no machine?", icon: "scales", decision: value }] : [];
  const look = lookInto(key, value, view);
  const inside = look ? [{ label: key.startsWith("image/") ? "Look into its layers" : "Look into its files", icon: "layers", look }] : [];
  return [...why, { label: "Inspect", icon: "inspect", inspect: key }, ...inside, ...own];
}
