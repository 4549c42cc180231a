// Two things about the lab as a whole: its link, to share or to come back, and a new beginning.

/** Wire the header's "copy link" and "start over" buttons. */
export function mount(root, bus) {
  const copy = document.querySelector("[data-lab-link]"), again = document.querySelector("[data-lab-again]");
  const dialog = document.querySelector("#again");
  const address = `${location.origin}/labs/${bus.lab.id}?token=${bus.lab.token}`;

  copy?.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address);
      copy.dataset.done = "";
      setTimeout(() => delete copy.dataset.done, 2000);
      bus.emit("say", { text: "The link of this lab is copied" });
    } catch {
      prompt("The link of this lab:", address);
    }
  });

  if (!again || !dialog) return;
  again.hidden = location.pathname.startsWith("/labs/");
  again.addEventListener("click", () => dialog.showModal());
  const link = dialog.querySelector("a");
  const query = new URLSearchParams(location.search);
  query.delete("step");
  query.set("new", "1");
  link.href = `${location.pathname}?${query}`;
}
