// What the last build did with each instruction of a Dockerfile, said in the editor's margin (the
// layer's colour) and at the end of its line (cached, or built and why). Marks move with the text.

import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, gutter, GutterMarker, WidgetType } from "@codemirror/view";
import { el } from "./dom.js";
import { paint } from "./faces.js";

const put = StateEffect.define();

class Words extends WidgetType {
  constructor(mark) { super(); this.mark = mark; }

  eq(other) { return other.mark.state === this.mark.state && other.mark.text === this.mark.text; }

  toDOM() { return el("span", { class: "cm-built", "data-state": this.mark.state }, this.mark.text); }
}

class Square extends GutterMarker {
  constructor(digest) { super(); this.digest = digest; }

  eq(other) { return other.digest === this.digest; }

  toDOM() { return paint(el("span", { class: "face", "aria-hidden": "true" }), this.digest); }
}

function ranges(doc, marks) {
  const placed = marks.filter((mark) => mark.line >= 1 && mark.line <= doc.lines).map((mark) => ({ ...mark, from: doc.line(mark.line).from, to: doc.line(mark.line).to })).sort((a, b) => a.from - b.from);
  return {
    words: Decoration.set(placed.map((mark) => Decoration.widget({ widget: new Words(mark), side: 1 }).range(mark.to))),
    squares: RangeSet.of(placed.filter((mark) => mark.digest).map((mark) => new Square(mark.digest).range(mark.from))),
  };
}

const field = StateField.define({
  create: () => ({ words: Decoration.none, squares: RangeSet.empty }),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(put)) return ranges(transaction.state.doc, effect.value);
    if (!transaction.docChanged) return value;
    return { words: value.words.map(transaction.changes), squares: value.squares.map(transaction.changes) };
  },
  provide: (own) => EditorView.decorations.from(own, (value) => value.words),
});

/** The extension of an editor of a Dockerfile; its margin is there from the start, so that nothing moves. */
export const buildMarks = [field, gutter({ class: "cm-layers", markers: (view) => view.state.field(field).squares })];

/** Show marks: [{line, state, text, digest}]. */
export function setBuildMarks(view, marks) {
  if (view.state.field(field, false)) view.dispatch({ effects: put.of(marks) });
}

const WORDS = { cached: "from the cache", done: "built", running: "runs …", error: "failed" };

/** The marks of the newest build of a text with this digest, or null when none was built. */
export function marksOf(view, digest) {
  if (!digest) return null;
  const build = [...view.kind("build").values()].filter((one) => one.source?.endsWith(digest)).sort((a, b) => b.started_us - a.started_us)[0];
  if (!build) return null;
  const marks = new Map();
  for (const step of build.steps) {
    const line = step.lines?.[1];
    if (!line || step.kind === "internal") continue;
    const word = WORDS[step.state] ?? "";
    // Of several platforms, the one that had to be built says why.
    if (marks.get(line)?.state === "done" && step.state === "cached") continue;
    const why = step.state === "cached" || !step.why ? "" : step.state === "error" ? "" : `: ${step.why}`;
    marks.set(line, { line, state: step.state, digest: step.digest, text: `${word}${why}` });
  }
  return [...marks.values()];
}
