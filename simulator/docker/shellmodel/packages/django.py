"""`manage.py collectstatic` of a build step: the project's files and those of its applications.

Sources: Django's documentation (staticfiles) and words; the files are those of Django 5.2's admin.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import tree
from simulator.docker.shellmodel.packages.pip_install import site_packages
from simulator.docker.shellmodel.packages.settings import Failed, Reader, Unknown
from simulator.docker.shellmodel.process import Run

LANGUAGES = """af ar az bg bn bs ca cs da de dsb el en es et eu fa fi fr gl he hi hr hsb hu hy id is
    it ja ka km ko lt lv mk ms nb ne nl pl ps pt-BR pt ro ru sk sl sq sr-Cyrl sr sv th tk tr uk vi
    zh-CN zh-TW"""
ADMIN: dict[str, tuple[str, int]] = {
    "css": ("autocomplete.css base.css changelists.css dark_mode.css dashboard.css forms.css "
            "login.css nav_sidebar.css responsive.css responsive_rtl.css rtl.css "
            "unusable_password_field.css widgets.css", 8_000),
    "css/vendor/select2": ("LICENSE-SELECT2.md select2.css select2.min.css", 11_000),
    "img": ("LICENSE README.md calendar-icons.svg icon-addlink.svg icon-alert.svg "
            "icon-calendar.svg icon-changelink.svg icon-clock.svg icon-deletelink.svg "
            "icon-hidelink.svg icon-no.svg icon-unknown-alt.svg icon-unknown.svg icon-viewlink.svg "
            "icon-yes.svg inline-delete.svg search.svg selector-icons.svg sorting-icons.svg "
            "tooltag-add.svg tooltag-arrowright.svg", 700),
    "img/gis": ("move_vertex_off.svg move_vertex_on.svg", 1_100),
    "js": ("SelectBox.js SelectFilter2.js actions.js autocomplete.js calendar.js cancel.js "
           "change_form.js core.js filters.js inlines.js jquery.init.js nav_sidebar.js "
           "popup_response.js prepopulate.js prepopulate_init.js theme.js "
           "unusable_password_field.js urlify.js", 5_400),
    "js/admin": ("DateTimeShortcuts.js RelatedObjectLookups.js", 14_000),
    "js/vendor/jquery": ("LICENSE.txt jquery.js jquery.min.js", 125_000),
    "js/vendor/select2": ("LICENSE.md select2.full.js select2.full.min.js", 85_000),
    "js/vendor/select2/i18n": (" ".join(f"{one}.js" for one in LANGUAGES.split()), 900),
    "js/vendor/xregexp": ("LICENSE.txt xregexp.js xregexp.min.js", 163_000),
}  # fmt: skip
"""Files of the admin by folder, with the usual size of each in bytes (assumed)."""
OTHERS = {
    "rest_framework": (36, 1_300_000),
    "drf_yasg": (32, 9_000_000),
    "debug_toolbar": (8, 60_000),
    "django_ckeditor": (1_200, 9_000_000),
    "ckeditor": (1_200, 9_000_000),
    "django_extensions": (11, 120_000),
    "crispy_bootstrap5": (0, 0),
    "import_export": (4, 30_000),
    "jazzmin": (260, 9_000_000),
}
"""Static files of other applications: how many, and their bytes (assumed)."""
IMPORT_ERROR = (
    "ImportError: Couldn't import Django. Are you sure it's installed and available on your "
    "PYTHONPATH environment variable? Did you forget to activate a virtual environment?\n"
)
WRONG = "django.core.exceptions.ImproperlyConfigured: "


def collectstatic(run: Run, manage: str, args: list[str]) -> int | None:
    """Copy static files as `manage.py collectstatic` does; None when the settings are not known.

    # Simplified: In a build step collectstatic reads the settings without running them; where they
    # cannot be read so, it leaves files that nobody can name.
    """
    folder = posixpath.dirname(run.real(manage))
    packages = site_packages(run, run.path)[0]
    if not run.tree.exists(f"{packages}/django"):
        return _traceback(run, manage, IMPORT_ERROR)
    reader = Reader(lambda path: run.tree.text(path), _environment(run, folder))
    module = _module(run, manage, args)
    base = f"{folder}/{module.replace('.', '/')}"
    path = next((p for p in (f"{base}.py", f"{base}/__init__.py") if run.tree.exists(p)), "")
    if not path:
        return _traceback(run, manage, f"ModuleNotFoundError: No module named '{module}'\n")
    try:
        names = reader.read(path)
    except Failed as problem:
        line = (run.tree.text(path) or "").splitlines()[problem.line - 1 : problem.line]
        frame = f'  File "{path}", line {problem.line}, in <module>\n'
        shown = f"    {line[0].strip()}\n" if line else ""
        return _traceback(run, manage, f"{frame}{shown}{problem.words}\n")
    return _checked(run, manage, folder, names)


def _environment(run: Run, folder: str) -> dict[str, str]:
    """Give the exported variables, and what an .env file beside manage.py adds."""
    found: dict[str, str] = {}
    for line in (run.tree.text(f"{folder}/.env") or "").splitlines():
        match = re.match(r"(?:export )?(\w+)=(.*)", line.strip())
        if match:
            found[match[1]] = match[2].strip("'\"")
    exported = {name: run.shell.get(name) for name in run.shell.exported}
    return {**found, **{name: value for name, value in exported.items() if value is not None}}


def _module(run: Run, manage: str, args: list[str]) -> str:
    """Name the settings: by `--settings`, by the environment, or by manage.py's default."""
    told = next((a.partition("=")[2] for a in args if a.startswith("--settings=")), "")
    text = run.tree.text(manage, run.cwd) or ""
    own = re.search(r"DJANGO_SETTINGS_MODULE['\"],\s*['\"]([\w.]+)", text)
    return told or run.env("DJANGO_SETTINGS_MODULE") or (own[1] if own else "settings")


def _traceback(run: Run, manage: str, end: str) -> int:
    """Print an uncaught error; the frames inside Django are left out."""
    run.err(
        f'Traceback (most recent call last):\n  File "{run.real(manage)}", line 22, in <module>\n'
        f"    main()\n{end}"
    )
    return 1


def _checked(run: Run, manage: str, folder: str, names: dict[str, Any]) -> int | None:
    """Check what Django checks before it copies."""
    apps, root = names.get("INSTALLED_APPS", []), names.get("STATIC_ROOT")
    if "" in names or isinstance(apps, Unknown) or isinstance(root, Unknown):
        return None
    if names.get("SECRET_KEY", "") in ("", None):
        return _traceback(run, manage, f"{WRONG}The SECRET_KEY setting must not be empty.\n")
    known = [one for one in apps if isinstance(one, str)]
    missing = next((a for a in known if not _there(run, folder, a.partition(".")[0])), None)
    if missing is not None:
        name = missing.partition(".")[0]
        return _traceback(run, manage, f"ModuleNotFoundError: No module named '{name}'\n")
    if "django.contrib.staticfiles" not in known:
        run.err("Unknown command: 'collectstatic'\nType 'manage.py help' for usage.\n")
        return 1
    if not root:
        words = ("You're using the staticfiles app without having set the STATIC_ROOT setting to a "
                 "filesystem path.")  # fmt: skip
        return _traceback(run, manage, f"{WRONG}{words}\n")
    run.spend(1_200_000)
    return _collect(run, folder, names, known, posixpath.join(folder, str(root)))


def _there(run: Run, folder: str, name: str) -> bool:
    site = site_packages(run, run.path)[0]
    return any(run.tree.exists(f"{base}/{name}{end}") for base in (folder, site, "/usr/lib/python3/"
               "dist-packages") for end in ("", ".py"))  # fmt: skip


def _collect(run: Run, folder: str, names: dict[str, Any], apps: list[str], root: str) -> int:
    """Copy the files of STATICFILES_DIRS and of the applications, the first of a name wins."""
    found: dict[str, tree.Entry] = {}
    dirs = names.get("STATICFILES_DIRS") or []
    warnings = []
    for one in dirs if isinstance(dirs, list) else []:
        place, prefix = (one[1], f"{one[0]}/") if isinstance(one, list) and len(one) == 2 \
            else (one, "")  # fmt: skip
        if not isinstance(place, str):
            continue
        if not run.tree.is_dir(place, folder):
            warnings.append(f"?: (staticfiles.W004) The directory '{place}' in the "
                            "STATICFILES_DIRS setting does not exist.\n")  # fmt: skip
        else:
            _add(run, found, posixpath.join(folder, place), prefix)
    for app in apps:
        base = app.partition(".apps.")[0].replace(".", "/")
        if app.startswith("django.contrib.admin"):
            found = {**_admin(), **found}
        elif run.tree.is_dir(f"{folder}/{base}/static"):
            _add(run, found, f"{folder}/{base}/static", "")
    if warnings:
        run.err("System check identified some issues:\n\nWARNINGS:\n" + "".join(warnings) + "\n")
    copied, same = _copy(run, found, root)
    for app in apps:
        count, size = OTHERS.get(app.partition(".")[0], (0, 0))
        if count:
            run.bundle(f"{root}/{app.partition('.')[0]}", size, count, f"static {app}")
            copied += count
    more = _hashed(run, found, root, names)
    run.out(f"\n{copied} static file{'' if copied == 1 else 's'} copied to '{root}'"
            + (f", {same} unmodified" if same else "")
            + (f", {more} post-processed" if more else "") + ".\n")  # fmt: skip
    return 0


def _add(run: Run, found: dict[str, tree.Entry], place: str, prefix: str) -> None:
    for path in run.below(run.real(place)):
        entry = run.get(path)
        name = posixpath.relpath(path, run.real(place))
        hidden = any(part.startswith(".") or part == "CVS" or part.endswith("~")
                     for part in name.split("/"))  # fmt: skip
        if entry is not None and entry["type"] == "file" and not hidden:
            found.setdefault(prefix + name, entry)


def _admin() -> dict[str, tree.Entry]:
    """Give the files of Django's admin, by their path below STATIC_ROOT."""
    found = {}
    for folder, (names, size) in ADMIN.items():
        for name in names.split():
            path = f"admin/{folder}/{name}"
            real = size * 2 if ".full.js" in name or name.endswith("jquery.js") else size
            found[path] = tree.file_entry(size=real, content=f"django static {path}")
    return found


def _copy(run: Run, found: dict[str, tree.Entry], root: str) -> tuple[int, int]:
    """Copy files: (how many, how many were there already and are the same)."""
    copied = same = 0
    for name, entry in found.items():
        there = run.get(f"{root}/{name}")
        if there is not None and there.get("digest") == entry.get("digest"):
            same += 1
            continue
        run.make_dir(posixpath.dirname(f"{root}/{name}"))
        run.put(f"{root}/{name}", {**entry, "mode": 0o644, "uid": 0, "gid": 0})
        copied += 1
    run.spend(len(found) * 800)
    return copied, same


def _hashed(run: Run, found: dict[str, tree.Entry], root: str, names: dict[str, Any]) -> int:
    """Write what a storage with a manifest adds: each file under a name with its digest."""
    storages = names.get("STORAGES")
    row = storages.get("staticfiles") if isinstance(storages, dict) else None
    backend = row.get("BACKEND") if isinstance(row, dict) else names.get("STATICFILES_STORAGE")
    if not isinstance(backend, str) or "Manifest" not in backend:
        return 0
    paths, made = {}, 0
    for name, entry in found.items():
        stem, dot, end = name.rpartition(".")
        other = f"{stem}.{digests.of([name, entry.get('digest', '')])[:12]}{dot}{end}" if dot \
            else name  # fmt: skip
        paths[name] = other
        run.put(f"{root}/{other}", {**entry, "mode": 0o644, "uid": 0, "gid": 0})
        made += 1
        if "Compressed" in backend and end in ("css", "js", "svg", "txt", "html", "md"):
            for one in (name, other):
                size = max(1, int(entry.get("size", 0)) * 3 // 10)
                run.put(f"{root}/{one}.gz", tree.file_entry(size=size, content=f"gz {one}"))
                made += 1
    rows = ", ".join(f'"{a}": "{b}"' for a, b in sorted(paths.items()))
    run.write(f"{root}/staticfiles.json", f'{{"paths": {{{rows}}}, "version": "1.1", "hash": ""}}')
    return made
