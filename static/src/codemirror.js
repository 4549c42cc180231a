// The editor itself, in a chunk of its own: CodeMirror with Dockerfile and YAML colours.

import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { python } from "@codemirror/legacy-modes/mode/python";
import { javascript, json } from "@codemirror/legacy-modes/mode/javascript";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { tags } from "@lezer/highlight";
import { buildMarks, setBuildMarks } from "./buildmarks.js";

export { marksOf } from "./buildmarks.js";

const LANGUAGES = [
  [/(^|\/)(Dockerfile|Containerfile)[^/]*$|\.dockerfile$/i, dockerFile],
  [/\.ya?ml$/i, yaml], [/\.py$/i, python], [/\.json$/i, json], [/\.m?js$/i, javascript], [/\.sh$/i, shell],
];

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--busy)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.atom, tags.null], color: "var(--warn)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.attributeName, tags.variableName, tags.typeName], color: "var(--accent)" },
  { tag: [tags.meta, tags.processingInstruction], color: "var(--soft)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--card)", color: "var(--ink)", fontSize: "var(--text-sm)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", scrollbarWidth: "thin" },
  ".cm-content": { caretColor: "var(--accent)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--soft)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent-wash) 45%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--accent-wash)", color: "var(--ink)" },
  ".cm-cursor": { borderLeft: "2px solid var(--accent)", animation: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 26%, transparent)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-selectionMatch": { backgroundColor: "var(--warn-wash)" },
  ".cm-gutter-lint": { width: "1.3em" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.35em 0.15em" },
  ".cm-lint-marker": { width: "1em", height: "1em", content: "none", borderRadius: "50%", boxSizing: "border-box" },
  ".cm-lint-marker-warning": { border: "0.28em solid var(--warn)" },
  ".cm-lint-marker-error": { backgroundColor: "var(--bad)", borderRadius: "2px", transform: "rotate(45deg) scale(0.8)" },
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy 1px", textUnderlineOffset: "3px", textDecorationSkipInk: "none" },
  ".cm-lintRange-error": { textDecorationColor: "var(--bad)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warn)" },
  ".cm-layers": { width: "15px", borderRight: "0" },
  ".cm-layers .face": { display: "inline-block", boxSizing: "border-box", width: "10px", height: "10px", borderRadius: "2.5px", margin: "0 0 0 3px", verticalAlign: "-1px", background: "oklch(calc(var(--layer-light) + var(--shift)) var(--layer-chroma) var(--hue))", border: "1px solid color-mix(in srgb, var(--ink) 30%, transparent)" },
  ".cm-built": { marginInlineStart: "2.2ch", fontFamily: "var(--sans)", fontSize: "var(--text-xs)", color: "var(--ok)", userSelect: "none" },
  ".cm-built[data-state=cached]": { color: "var(--accent)" },
  ".cm-built[data-state=running]": { color: "var(--busy)" },
  ".cm-built[data-state=error]": { color: "var(--bad)" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--card-edge)", borderRadius: "8px", boxShadow: "var(--shadow-lifted)", maxWidth: "46ch" },
  ".cm-diagnostic": { padding: "5px 10px", fontFamily: "var(--sans)", borderLeftWidth: "4px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
});

/** Make an editor in `parent`. Calls changed(text), save(), caret({line, text}). */
export function createEditor(parent, { changed, save, caret }) {
  const states = new Map();
  let path = null, leaving = false;

  const watch = EditorView.updateListener.of((update) => {
    if (update.docChanged) changed(update.state.doc.toString());
    if (update.selectionSet || update.docChanged) {
      caret({ line: update.state.doc.lineAt(update.state.selection.main.head).number, text: update.state.doc.toString() });
    }
  });

  // Esc, then Tab leaves the editor: a keyboard must never be caught in it.
  const leave = EditorView.domEventHandlers({
    keydown(event) {
      if (event.key === "Escape") leaving = true;
      else if (event.key === "Tab" && leaving) { leaving = false; return true; }
      else leaving = false;
      return false;
    },
  });

  function fresh(name, text) {
    const language = LANGUAGES.find(([pattern]) => pattern.test(name))?.[1];
    return EditorState.create({
      doc: text,
      extensions: [
        leave, lintGutter(), lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), drawSelection({ cursorBlinkRate: 0 }), indentOnInput(),
        bracketMatching(), closeBrackets(), highlightSelectionMatches(), indentUnit.of("  "), EditorView.lineWrapping,
        syntaxHighlighting(colours), looks, language === dockerFile ? buildMarks : [], language ? StreamLanguage.define(language) : [],
        EditorView.contentAttributes.of({ tabindex: "0", "aria-label": `${name}. Press Escape, then Tab, to leave the editor.` }),
        keymap.of([{ key: "Mod-s", run: () => { save(); return true; } }, ...closeBracketsKeymap, ...defaultKeymap,
          ...searchKeymap, ...historyKeymap, indentWithTab]),
        watch,
      ],
    });
  }

  // In a shadow root the editor's styles are adopted sheets, which a strict policy allows.
  const root = parent.attachShadow({ mode: "open" });
  const view = new EditorView({ parent: root, root, state: fresh("", "") });

  return {
    /** Show `text` as the file `name`; keeps each file's undo history and caret. */
    open(name, text) {
      if (path !== null) states.set(path, view.state);
      const kept = states.get(name);
      path = name;
      view.setState(kept && kept.doc.toString() === text ? kept : fresh(name, text));
    },
    focus: () => view.focus(),
    /** Say beside each instruction what the last build did with it: [{line, state, word, why, digest}]. */
    built(marks) { setBuildMarks(view, marks); },
    /** Mark the problems of the file that is shown: [{line, severity, rule, message}]. */
    mark(problems) {
      const { doc } = view.state;
      view.dispatch(setDiagnostics(view.state, problems.map(({ line, severity, rule, message }) => {
        const at = doc.line(Math.min(line, doc.lines));
        const from = at.from + /^\s*/.exec(at.text)[0].length;
        return { from, to: Math.max(from, at.to), severity, source: rule || undefined, message };
      })));
    },
  };
}
