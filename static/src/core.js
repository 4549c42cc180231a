// On every page: theme, projector mode, the help dialog. The server has already drawn the right
// theme from the query or the cookie, so nothing flashes; here are only the switches.

const root = document.documentElement;

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
}

const switches = {
  theme() {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember("theme", root.dataset.theme);
  },
  mode() {
    if (root.dataset.mode === "projector") delete root.dataset.mode;
    else root.dataset.mode = "projector";
    remember("mode", root.dataset.mode ?? "desk");
  },
  help() {
    const dialog = document.querySelector("#keys");
    if (dialog && !dialog.open) dialog.showModal();
  },
};

function show() {
  document.querySelector("[data-switch=theme]")?.setAttribute("aria-pressed", String(isDark()));
  document.querySelector("[data-switch=mode]")?.setAttribute("aria-pressed", String(root.dataset.mode === "projector"));
}

function flip(name) {
  switches[name]();
  show();
  if (name !== "help") dispatchEvent(new CustomEvent("drydock:looks"));
}

for (const button of document.querySelectorAll("[data-switch]")) {
  button.addEventListener("click", () => flip(button.dataset.switch));
}

const inText = (node) => node.closest?.("input, textarea, select, [contenteditable=true]");

addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && event.code === "KeyT") flip("theme");
  else if (event.altKey && !event.ctrlKey && event.code === "KeyP") flip("mode");
  else if (event.key === "?" && !inText(event.composedPath()[0])) flip("help");
  else return;
  event.preventDefault();
});

// Only a theme asked for in the address survives into the links of a page, so that a teacher's
// link keeps its looks through the whole class.
const kept = ["theme", "mode", "embed", "lang"].filter((name) => new URLSearchParams(location.search).has(name));
if (kept.length) {
  const query = new URLSearchParams(location.search);
  for (const link of document.querySelectorAll('a[href^="/"]')) {
    const url = new URL(link.href);
    for (const name of kept) if (!url.searchParams.has(name)) url.searchParams.set(name, query.get(name));
    link.href = url.pathname + url.search + url.hash;
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  show();
  dispatchEvent(new CustomEvent("drydock:looks"));
});
show();
