"""Imports of a modelled program, checked against what is installed in the container."""

from __future__ import annotations

import ast
import posixpath
import sys
from typing import TYPE_CHECKING, Any

from .code import compile_source
from .values import UNKNOWN, PyError, lib

if TYPE_CHECKING:
    from .interpreter import Interpreter

DISTRIBUTIONS = {
    "yaml": "PyYAML", "PIL": "pillow", "cv2": "opencv_python", "bs4": "beautifulsoup4",
    "sklearn": "scikit_learn", "dotenv": "python_dotenv", "psycopg2": "psycopg2_binary",
    "MySQLdb": "mysqlclient", "jwt": "PyJWT", "dateutil": "python_dateutil",
    "mysql": "mysql_connector_python", "flask_sqlalchemy": "Flask_SQLAlchemy",
    "flask_cors": "Flask_Cors", "rest_framework": "djangorestframework",
}  # fmt: skip


def run(i: Interpreter, node: ast.Import | ast.ImportFrom) -> None:
    """Carry an import statement out; raises PyError ModuleNotFoundError."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            require(i, alias.name)
            name = alias.asname or alias.name.partition(".")[0]
            i.set(name, lib(alias.name if alias.asname else name))
        return
    module = node.module or ""
    local = _local(i, module) if module or node.level else None
    if local is not None:
        _take(i, node, local)
        return
    require(i, module)
    for alias in node.names:
        name = alias.asname or alias.name
        known = UNKNOWN if alias.name == "*" else lib(f"{module}.{alias.name}")
        i.set(name, known)


def require(i: Interpreter, module: str) -> None:
    """Check that a module can be imported."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top == "__future__":
        return
    if _local(i, module) is not None or installed(i, top):
        return
    raise PyError("ModuleNotFoundError", f"No module named {top!r}")


def installed(i: Interpreter, top: str) -> bool:
    """Tell whether a package is in a site-packages folder that this interpreter reads."""
    return any(_in_site(i, site, top) for site in sites(i))


def _in_site(i: Interpreter, site: str, top: str) -> bool:
    files = i.p.view.files
    for path in (f"{site}/{top}", f"{site}/{top}.py", f"{site}/{top}/__init__.py"):
        if path in files:
            return True
    wish = DISTRIBUTIONS.get(top, top).lower().replace("-", "_")
    prefix = f"{site}/"
    for path in files:
        if path.startswith(prefix) and ".dist-info" in path:
            folder = path[len(prefix) :].partition(".dist-info")[0].lower().replace("-", "_")
            if folder.rpartition("_")[0] == wish:
                return True
    return False


def sites(i: Interpreter) -> list[str]:
    """List the folders in which this interpreter looks for packages."""
    path = str(i.p.row.get("path") or "/usr/local/bin/python3")
    minor = ".".join(i.version.split(".")[:2])
    name = posixpath.basename(path).removeprefix("python")
    if name.count(".") == 1:
        minor = name
    prefix = posixpath.dirname(posixpath.dirname(path))
    found = [f"{prefix}/lib/python{minor}/site-packages"]
    called = i.p.view.resolve(i.p.argv[0], i.p.cwd, follow=False) if "/" in i.p.argv[0] else ""
    if called and not called.startswith("/usr"):
        venv = posixpath.dirname(posixpath.dirname(called))
        found.insert(0, f"{venv}/lib/python{minor}/site-packages")
    if i.p.env.get("VIRTUAL_ENV"):
        found.insert(0, f"{i.p.env['VIRTUAL_ENV']}/lib/python{minor}/site-packages")
    for folder in (i.p.env.get("PATH") or "").split(":"):
        if folder.endswith("/bin") and not folder.startswith("/usr"):
            found.append(f"{folder[:-4]}/lib/python{minor}/site-packages")
    home = i.p.env.get("HOME") or "/root"
    found.append(f"{home}/.local/lib/python{minor}/site-packages")
    found += ["/usr/lib/python3/dist-packages"]
    found += [p for p in (i.p.env.get("PYTHONPATH") or "").split(":") if p]
    return list(dict.fromkeys(found))


def _local(i: Interpreter, module: str) -> str | None:
    """Find a module of the program itself: its path, or None."""
    folders = [i.state["folder"], *[p for p in i.p.env.get("PYTHONPATH", "").split(":") if p]]
    for folder in folders:
        base = posixpath.join(folder, module.replace(".", "/"))
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if i.p.view.is_file(path):
                return path
        if module and i.p.view.is_dir(base):
            return base
    return None


def _take(i: Interpreter, node: ast.ImportFrom, path: str) -> None:
    """Take names from a module of the program: its constants are worked out, the rest is unknown.

    # Simplified: Functions imported from another module of the program have no effect.
    """
    text = i.p.view.text(path)
    values: dict[str, Any] = {}
    if text is not None:
        try:
            units = compile_source(text)
        except (SyntaxError, ValueError):
            units = {}
        for statement in ast.parse(text).body if units else []:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for alias in statement.names:
                    name = statement.module if isinstance(statement, ast.ImportFrom) else alias.name
                    if name and not getattr(statement, "level", 0):
                        require(i, name)
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
                target, value = statement.targets[0], statement.value.value
                if isinstance(target, ast.Name) and isinstance(value, str | int | float | None):
                    values[target.id] = value
    for alias in node.names:
        i.set(alias.asname or alias.name, values.get(alias.name, UNKNOWN))
