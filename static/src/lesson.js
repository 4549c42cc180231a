// The lesson's steps: one at a time, goals that follow the lab, predictions kept in the browser.

import { el, put, words } from "./dom.js";

const STATE_WORDS = { open: "not met yet", partly: "partly met", met: "met" };

/** Show the steps of `element`; ?step=N chooses the first one. */
export function mount(element, bus) {
  const steps = [...element.querySelectorAll("[data-step]")];
  if (!steps.length) return;
  const count = element.querySelector("[data-step-count]");
  const dots = [...element.querySelectorAll("[data-step-dot]")];
  const [back, next] = ["-1", "1"].map((by) => element.querySelector(`[data-step-go="${by}"]`));
  const end = element.querySelector("[data-step-end]");
  let current = 0;

  function open(at, { focus = true } = {}) {
    current = Math.min(Math.max(at, 0), steps.length - 1);
    steps.forEach((step, index) => { step.hidden = index !== current; });
    dots.forEach((dot, index) => put(dot, { "aria-current": index === current ? "step" : null }));
    words(count, `Step ${current + 1} of ${steps.length}`);
    back.disabled = current === 0;
    next.hidden = current === steps.length - 1;
    end.hidden = !next.hidden;
    steps[current].querySelector(".step-body").scrollTop = 0;
    if (focus) steps[current].querySelector(".step-title").focus({ preventScroll: true });
    const url = new URL(location.href);
    url.searchParams.set("step", current + 1);
    history.replaceState(null, "", url);
    showGoals();
  }

  const goalsOf = (step) => [...step.querySelectorAll("[data-goal]")];
  const isDone = (step) => goalsOf(step).length > 0 && goalsOf(step).every((goal) => goal.dataset.state === "met");

  function showGoals() {
    for (const line of element.querySelectorAll("[data-goal]")) {
      const goal = bus.view.get(`goal/${line.dataset.goal}`);
      if (!goal) continue;
      put(line, { "data-state": goal.state });
      words(line.querySelector("[data-goal-state]"), STATE_WORDS[goal.state]);
      words(line.querySelector("[data-goal-detail]"), goal.state === "met" ? "" : goal.detail ?? "");
    }
    steps.forEach((step, index) => put(dots[index], { "data-done": isDone(step) || null }));
    put(next, { "data-ready": isDone(steps[current]) || null });
    for (const reveal of steps[current].querySelectorAll(".predict-reveal")) {
      reveal.hidden = !isDone(steps[current]) || !reveal.textContent.trim();
    }
    bus.emit("goals", goalsOf(steps[current]).map((line) => ({
      text: line.querySelector(".goal-text").textContent, state: line.dataset.state,
      detail: line.querySelector("[data-goal-detail]").textContent,
    })));
  }

  back.addEventListener("click", () => open(current - 1));
  next.addEventListener("click", () => open(current + 1));
  dots.forEach((dot, index) => dot.addEventListener("click", () => open(index)));
  bus.on("frame", ({ kinds }) => { if (kinds.has("goal")) showGoals(); });

  for (const form of element.querySelectorAll("[data-predict]")) predict(form);
  copyable(element, bus);
  open(Number(bus.query.get("step") ?? 1) - 1, { focus: false });
}

/** A prediction is asked before the run and stays beside what happens. */
function predict(form) {
  const store = `drydock.predict.${location.pathname}.${form.dataset.predict}`;
  const [asked, kept] = [form.querySelector("fieldset"), form.querySelector(".predict-kept")];

  function show(answer) {
    asked.hidden = Boolean(answer);
    kept.hidden = !answer;
    words(form.querySelector(".predict-answer"), answer ? `“${answer}”` : "");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answer = String(new FormData(form).get("answer") ?? "").trim();
    if (!answer) return;
    localStorage.setItem(store, answer);
    show(answer);
    form.querySelector("[data-predict-change]").focus({ preventScroll: true });
    form.nextElementSibling?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
  form.querySelector("[data-predict-change]").addEventListener("click", () => {
    localStorage.removeItem(store);
    show("");
    form.querySelector("input, textarea")?.focus();
  });
  show(localStorage.getItem(store));
}

const COMMAND = /^(\$ )?(docker|kubectl|curl|vm|ssh|exit|cd|ls|cat|echo|pwd|mkdir|rm|cp|mv|touch|grep|ping|watch|sleep|fault|traffic|helm|time|seq|head|tail)\b/;

/** The words of a line, none of which is broken at its hyphens while it fits. */
const unbroken = (text) => text.split(/(\s+)/).map((part) => (part.trim() ? el("span", { class: "type-word" }, part) : part));

/** Command lines in the text are buttons that put the line on the terminal. */
function copyable(element, bus) {
  for (const code of element.querySelectorAll(".prose pre > code")) {
    const lines = code.textContent.split("\n").filter((line) => line.trim());
    if (!lines.length || !lines.every((line) => COMMAND.test(line))) {
      // A line of a file that is too long goes on further in, so that it is not taken for two.
      code.replaceChildren(...code.textContent.trimEnd().split("\n").map((line) => el("span", { class: "code-line" }, ...unbroken(`${line}\n`))));
      continue;
    }
    code.parentElement.classList.add("commands");
    code.replaceChildren(...lines.map((line) => {
      const text = line.replace(/^\$ /, "");
      return el("button", { type: "button", class: "type-line", title: "Put this line into the terminal", on: { click: () => bus.emit("type", { line: text }) } },
        el("span", { class: "type-text" }, ...unbroken(text)), el("span", { class: "type-hint", "aria-hidden": "true" }, "type it"));
    }));
  }
}
