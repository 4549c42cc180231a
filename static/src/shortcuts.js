// Keys of the lesson page. All with Alt, so that none clashes with typing or a screen reader.

/** Listen for the page's keys. */
export function mount(root, bus) {
  const go = {
    Digit1: () => root.querySelector(".lesson")?.focus(),
    Digit2: () => bus.focusStage?.(),
    Digit3: () => { bus.openTab("terminal"); root.querySelector(".term-input")?.focus(); },
    Digit4: () => bus.openTab("files", { focus: true }),
    Space: () => bus.controls?.toggle(),
    KeyK: () => bus.controls?.toggle(),
    KeyL: () => bus.controls?.step(),
    Comma: () => bus.controls?.slower(),
    Period: () => bus.controls?.faster(),
  };
  addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const act = go[event.code];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
