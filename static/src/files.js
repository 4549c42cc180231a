// The workspace: one tab a file, an editor fetched when first shown, saved as you type.

import { el, Keyed, put, words } from "./dom.js";
import { byName } from "./text.js";

const AUTOSAVE_MS = 900;
const LINT_MS = 350;
const JUDGED = /(^|\/)((Docker|Container)file[^/]*|[^/]*\.(dockerfile|ya?ml))$/i;

/** Fill `element` with the list of files and the editor. */
export function mount(element, bus) {
  const list = el("div", { class: "file-list", role: "tablist", "aria-label": "Files", "aria-orientation": "vertical" });
  const state = el("p", { class: "file-state", "aria-live": "off" });
  const place = el("div", { class: "file-editor", role: "tabpanel", id: "file-editor", "aria-label": "Editor" });
  const empty = el("p", { class: "empty" }, "No files yet. Files of the workspace appear here, as does what you create with the terminal.");
  const name = el("input", { class: "field", type: "text", "aria-label": "Name of the new file, for example shop/Dockerfile", placeholder: "shop/Dockerfile", maxlength: "200", autocomplete: "off", spellcheck: "false" });
  const form = el("form", { class: "file-new", hidden: true }, name, el("button", { class: "button", type: "submit" }, "Make"));
  const fresh = el("button", { class: "button button-quiet file-add", type: "button", "aria-expanded": "false" }, "+ New file");
  const wrong = el("p", { class: "file-wrong", role: "status", hidden: true });
  const side = el("div", { class: "file-side" }, list, fresh, form, state);
  element.append(side, place, wrong);
  place.append(empty);

  const files = new Map();
  let open = null, editor = null, loading = null, timer = null, judging = null, built = () => {};

  const url = (path) => `${bus.lab.api_url}/files?path=${encodeURIComponent(path)}&token=${encodeURIComponent(bus.lab.token)}`;

  const rows = new Keyed(list,
    (key) => el("button", { class: "file-tab", role: "tab", type: "button", "aria-controls": "file-editor", on: { click: () => show(key) } },
      el("span", { class: "file-name" }), el("span", { class: "file-dot", "aria-hidden": "true" })),
    (node, file) => {
      words(node.firstChild, file.path);
      const unsaved = files.get(file.path)?.unsaved ?? false;
      put(node, { "aria-selected": String(file.path === open), tabindex: file.path === open || (!open && file.first) ? "0" : "-1",
        "data-unsaved": unsaved || null, "aria-label": `${file.path}${unsaved ? ", not saved yet" : ""}` });
    });

  function showList() {
    const known = [...bus.view.kind("file").values()].sort((a, b) => byName(a.path, b.path));
    rows.sync(known.map((file, index) => [file.path, { ...file, first: index === 0 }]));
    rows.order(known.map((file) => file.path));
    if (!open && known.length && element.offsetParent) show(known.find((file) => /Dockerfile/.test(file.path))?.path ?? known[0].path);
  }

  async function loadEditor() {
    loading ??= import("./codemirror.js").then(({ createEditor, marksOf }) => {
      built = () => {
        const marks = editor && open && marksOf(bus.view, bus.view.get(`file/${open}`)?.digest);
        if (marks && !files.get(open)?.unsaved) editor.built(marks);
      };
      place.replaceChildren();
      editor = createEditor(place, { changed, save: () => save(open), caret: (where) => bus.emit("caret", { path: open, ...where }) });
      return editor;
    });
    return loading;
  }

  async function show(path) {
    if (timer) save(open);
    open = path;
    showList();
    const [, file] = await Promise.all([loadEditor(), files.get(path) ?? read(path)]);
    if (open !== path) return;
    editor.open(path, file.text);
    built();
    say(file);
    judge(0);
  }

  /** Ask what is wrong with the text that is shown, once typing has paused. */
  function judge(after = LINT_MS) {
    clearTimeout(judging);
    judging = setTimeout(async () => {
      const path = open, text = files.get(path)?.text;
      if (!editor || text === undefined) return;
      const problems = JUDGED.test(path) ? await bus.lint(path, text) : [];
      if (path !== open || files.get(path)?.text !== text) return;
      editor.mark(problems);
      const worst = problems.find((problem) => problem.severity === "error") ?? problems[0];
      wrong.hidden = !worst;
      put(wrong, { "data-severity": worst?.severity });
      words(wrong, worst ? `Line ${worst.line}: ${worst.message}` : "");
    }, after);
  }

  async function read(path) {
    const file = { text: "", digest: null, unsaved: false, savedAt: null };
    try {
      const answer = await fetch(url(path));
      if (answer.ok) {
        const type = answer.headers.get("content-type") ?? "";
        file.text = type.includes("json") ? (await answer.json()).text : await answer.text();
      } else file.problem = `This file could not be read (${answer.status}).`;
    } catch { file.problem = "This file could not be read: no connection."; }
    file.digest = bus.view.get(`file/${path}`)?.digest ?? null;
    if (!file.problem) files.set(path, file);
    return file;
  }

  function changed(text) {
    const file = files.get(open);
    if (!file || file.text === text) return;
    Object.assign(file, { text, unsaved: true });
    say(file);
    showList();
    judge();
    clearTimeout(timer);
    timer = setTimeout(() => save(open), AUTOSAVE_MS);
  }

  async function save(path) {
    clearTimeout(timer);
    timer = null;
    const file = files.get(path);
    if (!file?.unsaved || file.saving) return;
    const text = file.text;
    file.saving = true;
    say(file);
    const result = await bus.run({ file: { path, text } });
    file.saving = false;
    if (result.error) file.problem = bus.clock.live ? `${result.error} ${result.hint ?? ""}` : "Kept here; saved when the connection is back.";
    else {
      file.problem = null;
      file.savedAt = new Date();
      file.unsaved = file.text !== text;
    }
    if (path === open) say(file);
    showList();
    if (file.unsaved && !timer) timer = setTimeout(() => save(path), result.error ? 3000 : AUTOSAVE_MS);
  }

  function say(file) {
    put(state, { "data-state": file.problem ? "problem" : file.unsaved ? "unsaved" : "saved" });
    words(state, file.problem ?? (file.saving ? "Saving…" : file.unsaved ? "Not saved yet"
      : file.savedAt ? `Saved ${file.savedAt.toLocaleTimeString("en-GB")}` : "No changes"));
  }

  /** A file changed by the terminal: take the new text, unless the student is changing it here. */
  async function refresh(path) {
    const file = files.get(path);
    const now = bus.view.get(`file/${path}`);
    if (!file || file.unsaved || file.saving || !now || now.digest === file.digest) return;
    if (file.digest === null || file.savedAt) { file.digest = now.digest; file.savedAt = null; return; }
    const fresh = await read(path);
    if (path === open && editor && !fresh.problem) { editor.open(path, fresh.text); judge(); }
  }

  /** The lab went back: an undo keeps what was written here, going back shows the files as they were. */
  function rewound(keep) {
    if (keep) {
      for (const [path, file] of files) { file.unsaved = true; save(path); }
      return;
    }
    clearTimeout(timer);
    timer = null;
    files.clear();
    if (open) show(open);
  }

  function ask(on) {
    form.hidden = !on;
    fresh.hidden = on;
    fresh.setAttribute("aria-expanded", String(on));
    if (on) { name.value = ""; name.focus(); }
  }

  /** Make an empty file, then open it. A name that exists is only opened. */
  async function make(path) {
    if (!bus.view.get(`file/${path}`)) {
      const result = await bus.run({ file: { path, text: "" } });
      if (result.error) { bus.emit("trouble", result); return; }
      files.set(path, { text: "", digest: null, unsaved: false, savedAt: new Date() });
      bus.view.kind("file").set(`file/${path}`, bus.view.get(`file/${path}`) ?? { path, size: 0, digest: null });
    }
    ask(false);
    await show(path);
    editor.focus();
  }

  fresh.addEventListener("click", () => ask(true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const path = name.value.trim().replace(/^\.?\/+/, "");
    if (path) make(path);
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { ask(false); fresh.focus(); } });
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.children];
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const to = tabs[(tabs.indexOf(document.activeElement) + by + tabs.length) % tabs.length];
    to.focus();
    to.click();
  });
  bus.on("frame", ({ kinds, put: changedKeys }) => {
    if (kinds.has("build")) built();
    if (!kinds.has("file")) return;
    showList();
    for (const key in changedKeys) if (key.startsWith("file/")) refresh(key.slice(5));
  });
  bus.on("tab", ({ name }) => { if (name === "files") { showList(); loadEditor(); } });
  bus.on("link", ({ state: now }) => { if (now === "open") for (const path of files.keys()) save(path); });
  bus.on("rewound", ({ keep }) => rewound(keep));
  bus.on("openfile", ({ path }) => { bus.openTab("files"); show(path); });
  addEventListener("beforeunload", (event) => {
    if ([...files.values()].some((file) => file.unsaved)) event.preventDefault();
  });
}
