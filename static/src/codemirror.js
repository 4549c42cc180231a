// The editor itself, in a chunk of its own: CodeMirror with Dockerfile and YAML colours.

import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
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

const LANGUAGES = [
  [/(^|\/)(Dockerfile|Containerfile)[^/]*$|\.dockerfile$/i, dockerFile],
  [/\.ya?ml$/i, yaml], [/\.py$/i, python], [/\.json$/i, json], [/\.m?js$/i, javascript], [/\.sh$/i, shell],
];

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], class: "tok-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.atom, tags.null], class: "tok-number" },
  { tag: [tags.comment, tags.lineComment], class: "tok-comment" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.attributeName], class: "tok-name" },
  { tag: [tags.variableName, tags.typeName], class: "tok-variable" },
  { tag: [tags.meta, tags.processingInstruction], class: "tok-meta" },
]);

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
        leave, lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), drawSelection(), indentOnInput(),
        bracketMatching(), closeBrackets(), highlightSelectionMatches(), indentUnit.of("  "), EditorView.lineWrapping,
        syntaxHighlighting(colours), language ? StreamLanguage.define(language) : [],
        EditorView.contentAttributes.of({ "aria-label": `${name}. Press Escape, then Tab, to leave the editor.` }),
        keymap.of([{ key: "Mod-s", run: () => { save(); return true; } }, ...closeBracketsKeymap, ...defaultKeymap,
          ...searchKeymap, ...historyKeymap, indentWithTab]),
        watch,
      ],
    });
  }

  const view = new EditorView({ parent, state: fresh("", "") });

  return {
    /** Show `text` as the file `name`; keeps each file's undo history and caret. */
    open(name, text) {
      if (path !== null) states.set(path, view.state);
      const kept = states.get(name);
      path = name;
      view.setState(kept && kept.doc.toString() === text ? kept : fresh(name, text));
    },
    focus: () => view.focus(),
  };
}
