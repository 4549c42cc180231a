// Terminal colours: split text with SGR escapes into runs. Other escapes are dropped.

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// eslint-disable-next-line no-control-regex
const ESCAPE = /\x1b\[([0-9;?]*)([A-Za-z])|\x1b[()][A-Z0-9]|\x1b[=>]/g;

function next(style, codes) {
  let now = { ...style };
  for (const code of codes.split(";").map(Number)) {
    if (code === 0) now = {};
    else if (code === 1) now.bold = true;
    else if (code === 2) now.dim = true;
    else if (code === 4) now.under = true;
    else if (code === 22) { now.bold = false; now.dim = false; }
    else if (code >= 30 && code <= 37) now.color = NAMES[code - 30];
    else if (code >= 90 && code <= 97) now.color = NAMES[code - 90];
    else if (code === 39) now.color = undefined;
  }
  return now;
}

/** Runs of `text`: [{text, className}]. Starts from no colour. */
export function ansiRuns(text) {
  const runs = [];
  let style = {}, at = 0;
  const push = (part) => {
    if (!part) return;
    const names = [style.color && `ansi-${style.color}`, style.bold && "ansi-bold", style.dim && "ansi-dim", style.under && "ansi-under"];
    runs.push({ text: part, className: names.filter(Boolean).join(" ") });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(text.slice(at, match.index));
    if (match[2] === "m") style = next(style, match[1]);
    at = match.index + match[0].length;
  }
  push(text.slice(at));
  return runs;
}

/** What a line-oriented terminal would show of text with carriage returns: the last of each line. */
export function overwritten(text) {
  if (!text.includes("\r")) return text;
  return text.replace(/\r\n/g, "\n").split("\n").map((line) => line.slice(line.lastIndexOf("\r") + 1)).join("\n");
}
