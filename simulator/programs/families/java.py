"""java: archives and classes, the virtual machine's options, and how wrong builds fail.

Sources: the manual of the java command (JDK 21), the messages of the JDK's launcher
(sun/launcher/resources) and of HotSpot's argument parser; Spring Boot 3's log format.
# Simplified: The banner of Spring Boot is left out; of its start the usual lines are written.
# Simplified: A Java program's heap does not grow; what it holds is assumed by kind.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.timing import MS

from ..process import Family, Process
from .compiled import Compiled

FATAL = (
    "Error: Could not create the Java Virtual Machine.\n"
    "Error: A fatal exception has occurred. Program will exit.\n"
)
VALUED = ("-cp", "-classpath", "--class-path", "-p", "--module-path", "-m", "--module",
          "--add-opens", "--add-exports", "--add-modules")  # fmt: skip
KNOWN_X = re.compile(
    r"-X(?:m[snx]\S+|ss\S+|int|comp|mixed|batch|log\S*|share\S*|rs|diag|check:jni|verify\S*|"
    r"bootclasspath\S*|noclassgc|future|debug|runjdwp\S*|settings\S*|loggc\S*|X:[+-]?\S+)"
)
SERVER_PORT = re.compile(r"server\.port\s*[=:]\s*(\d+)|^server:\s*\n\s+port:\s*(\d+)", re.M)
FAILED = (
    "\n***************************\nAPPLICATION FAILED TO START\n***************************\n\n"
    "Description:\n\nWeb server failed to start. Port {port} was already in use.\n"
)
LAUNCHER, SPRING_NEEDS = "org/springframework/boot/loader/launch/JarLauncher", 17
"""The main class of Spring Boot's archives, and the Java for which version 3 makes it."""
CLASS_VERSION = 44
"""Java 1.1 was 45: a class file's major version is this plus Java's."""


class Java(Compiled):
    """java -jar, java CLASS, java FILE.java."""

    name = "java"

    def begin(self, p: Process) -> None:
        """Read the options, find what to run, and start it."""
        for name in ("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"):
            if p.env.get(name):
                shown = "NOTE: Picked up" if name == "JDK_JAVA_OPTIONS" else "Picked up"
                p.err(f"{shown} {name}: {p.env[name]}\n")
        given = f"{p.env.get('JAVA_TOOL_OPTIONS', '')} {p.env.get('JDK_JAVA_OPTIONS', '')}".split()
        options, target, rest, paths = _parsed([*given, *p.argv[1:]])
        if any(word in ("-version", "--version") for word in options):
            self._version(p, "--version" in options)
            return
        wrong = _refused_option(options)
        if wrong:
            p.err(wrong)
            p.exit(1)
            return
        p.state["args"] = rest
        p.state["properties"] = dict(
            word[2:].partition("=")[::2] for word in options if word.startswith("-D")
        )
        if "-jar" in options:
            self._archive(p, target)
        elif target:
            self._class(p, target, paths)
        else:
            p.err("Usage: java [options] <mainclass> [args...]\n           (to execute a class)\n")
            p.exit(1)

    def _version(self, p: Process, to_output: bool) -> None:
        number = _runtime(p)
        full = p.env.get("JAVA_VERSION", "").removeprefix("jdk-").partition("+")[0]
        text = f'openjdk version "{full or f"{number}.0.9"}"\n'
        (p.out if to_output else p.err)(text)
        p.exit(0)

    def _archive(self, p: Process, jar: str) -> None:
        entry = p.view.get(jar, p.cwd)
        if p.unreadable(jar) or entry is None:
            p.err(f"Error: Unable to access jarfile {jar}\n")
            p.exit(1)
            return
        made: dict[str, Any] = entry.get("made") or {}
        if entry.get("text") is not None:
            p.err(f"Error: Invalid or corrupt jarfile {jar}\n")
            p.exit(1)
            return
        if made and not made.get("spring") and not made.get("entry", True):
            p.err(f"no main manifest attribute, in {jar}\n")
            p.exit(1)
            return
        self._run(p, p.view.resolve(jar, p.cwd), made, str(made.get("main") or ""))

    def _class(self, p: Process, name: str, paths: list[str]) -> None:
        """Run a class by name, from folders and archives of the class path, or a source file."""
        if name.endswith(".java") and p.view.is_file(name, p.cwd):
            self._run(p, p.view.resolve(name, p.cwd), {}, p.view.text(name, p.cwd) or "")
            return
        for place in paths:
            for path in _candidates(p, place):
                entry = p.view.get(path, p.cwd) or {}
                made: dict[str, Any] = entry.get("made") or {}
                text = str(made.get("main") or "")
                if path.endswith(".jar") and made and name == _class_name(text):
                    self._run(p, p.view.resolve(path, p.cwd), made, text)
                    return
            path = posixpath.join(place, name.replace(".", "/") + ".class")
            entry = p.view.get(path, p.cwd) or {}
            if entry.get("type") == "file":
                made = entry.get("made") or {}
                text = str(made.get("main") or entry.get("text") or "")
                self._run(p, p.view.resolve(path, p.cwd), made, text)
                return
        shown = name.replace("/", ".")
        p.err(f"Error: Could not find or load main class {shown}\n"
              f"Caused by: java.lang.ClassNotFoundException: {shown}\n")  # fmt: skip
        p.exit(1)

    def _run(self, p: Process, path: str, made: dict[str, Any], text: str) -> None:
        """Check what the machine checks of the main class, and start it."""
        name, own, wanted = _class_name(text) or "Main", _runtime(p), int(made.get("java") or 0)
        if made.get("spring") and own < SPRING_NEEDS:
            return self._too_new(p, LAUNCHER, SPRING_NEEDS, own)
        if wanted > own:
            return self._too_new(p, name.replace(".", "/"), wanted, own, bool(made.get("spring")))
        if text and not re.search(r"\bmain\s*\(", text):
            p.err(f"Error: Main method not found in class {name}, please define the main method "
                  "as:\n   public static void main(String[] args)\nor a JavaFX application class "
                  "must extend javafx.application.Application\n")  # fmt: skip
            p.exit(1)
            return
        p.row["source"] = path
        p.state["class"] = name.rpartition(".")[2]
        self.launch(p, "spring" if made.get("spring") else "java", text)
        if made.get("spring"):
            self._configure(p, str(made.get("resources") or ""))
            self._spring(p, p.state["class"], f"Starting {p.state['class']} using Java "
                         f"{_runtime(p)} with PID {p.pid} ({path} started by {p.row['user']} in "
                         f"{p.cwd})")  # fmt: skip

    def _too_new(self, p: Process, name: str, wanted: int, own: int, loaded: bool = False) -> None:
        """End as for a class of a newer Java; loaded: by a program that runs already."""
        what = (
            f"java.lang.UnsupportedClassVersionError: {name} has been compiled by a more recent "
            f"version of the Java Runtime (class file version {wanted + CLASS_VERSION}.0), this "
            f"version of the Java Runtime only recognizes class file versions up to "
            f"{own + CLASS_VERSION}.0\n"
        )
        if loaded:
            p.err(f'Exception in thread "main" {what}\tat java.base/java.lang.ClassLoader.'
                  "defineClass1(Native Method)\n")  # fmt: skip
        else:
            dotted = name.replace("/", ".")
            p.err(f"Error: LinkageError occurred while loading main class {dotted}\n\t{what}")
        p.exit(1)

    def _configure(self, p: Process, resources: str) -> None:
        """Find Spring's port: arguments, properties, environment, then the archive's own files."""
        port = next((word.partition("=")[2] for word in p.state["args"]
                     if word.startswith("--server.port=")), "")  # fmt: skip
        port = port or p.state["properties"].get("server.port", "") or p.env.get("SERVER_PORT", "")
        found = SERVER_PORT.search(resources)
        port = port or (found[1] or found[2] if found else "")
        what = dict(p.state["what"])
        what["port"] = int(port) if port.isdigit() and 0 < int(port) < 65_536 else 8080
        what["local"] = False
        p.state["what"] = what

    def wake(self, p: Process) -> None:
        """Go on as any compiled program; Spring says first what it does."""
        if p.state["kind"] == "spring" and not p.state.get("begun"):
            p.state["begun"] = True
            port = p.state["what"]["port"]
            self._spring(p, "TomcatWebServer", f"Tomcat initialized with port {port} (http)")
        super().wake(p)
        if p.state["kind"] == "spring" and not p.row.get("ended"):
            seconds = (p.engine.now_us - int(p.row["startedUs"])) / 1e6
            name = p.state["class"]
            running = f"(process running for {seconds + 0.4:.3f})"
            self._spring(p, name, f"Started {name} in {seconds:.3f} seconds {running}")

    def _refused(self, p: Process, port: int, wrong: str) -> None:
        if p.state["kind"] == "spring":
            p.out(FAILED.format(port=port))
        else:
            p.err('Exception in thread "main" java.net.BindException: ' + wrong + "\n")
        p.exit(1)

    def _spring(self, p: Process, logger: str, text: str) -> None:
        stamp = p.engine.timestamp_nano()[:23] + "Z"
        p.out(f"{stamp}  INFO {p.pid} --- [           main] {logger[-40:]:<40} : {text}\n")

    def signal(self, p: Process, name: str) -> bool:
        """End orderly: shutdown hooks run, and the status says which signal it was."""
        if name not in ("SIGTERM", "SIGINT", "SIGHUP"):
            return name == "SIGQUIT"  # prints the threads and goes on
        if p.state.get("kind") == "spring":
            for text in ("Commencing graceful shutdown. Waiting for active requests to complete",
                         "Graceful shutdown complete"):  # fmt: skip
                self._spring(p, "GracefulShutdown", text)
        p.exit({"SIGTERM": 143, "SIGINT": 130, "SIGHUP": 129}[name], 100 * MS)
        return True


def _parsed(words: list[str]) -> tuple[list[str], str, list[str], list[str]]:
    """Take a command line apart: (options, what is run, its arguments, class path)."""
    options: list[str] = []
    paths = ["."]
    rest = list(words)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        options.append(word)
        if word in VALUED and rest:
            value = rest.pop(0)
            if word in ("-cp", "-classpath", "--class-path"):
                paths = [one or "." for one in value.split(":")]
        if word == "-jar":
            break
    return options, rest[0] if rest else "", rest[1:], paths


def _refused_option(options: list[str]) -> str:
    """Give what the machine says of an option that it refuses; "" when it takes all."""
    sizes: dict[str, int] = {}
    for word in options:
        size = re.fullmatch(r"-Xm([sx])(.*)", word)
        if size:
            found = re.fullmatch(r"(\d{1,12})([kKmMgGtT]?)", size[2])
            if found is None:
                kind = "maximum" if size[1] == "x" else "initial"
                return f"Invalid {kind} heap size: {word}\n{FATAL}"
            shift = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}[found[2].lower()]
            sizes[size[1]] = int(found[1]) << shift
        elif word.startswith("-X") and not KNOWN_X.fullmatch(word):
            return f"Unrecognized option: {word}\n{FATAL}"
        elif word.startswith("-XX:MaxRAMPercentage="):
            value = word.partition("=")[2]
            if not re.fullmatch(r"\d{1,3}(\.\d+)?", value) or float(value) > 100:
                return f"Improperly specified VM option '{word[4:]}'\n{FATAL}"
    if 0 < sizes.get("x", 1 << 40) < 2 << 20:
        return f"Error occurred during initialization of VM\nToo small maximum heap\n{FATAL}"
    if sizes.get("s", 0) > sizes.get("x", 1 << 62):
        return ("Error occurred during initialization of VM\nInitial heap size set to a larger "
                "value than the maximum heap size\n")  # fmt: skip
    return ""


def _candidates(p: Process, place: str) -> list[str]:
    """List the archives that one part of a class path names."""
    if place.endswith("*"):
        folder = place[:-1].rstrip("/") or "."
        real = p.view.resolve(folder, p.cwd)
        return [f"{real}/{name}" for name in p.view.children(real) if name.endswith(".jar")]
    return [place] if place.endswith(".jar") else []


def _class_name(text: str) -> str:
    """Name the class of a source, with its package; "" when it has none."""
    package = re.search(r"^\s*package\s+([\w.]+)\s*;", text, re.M)
    name = re.search(r"\b(?:class|record|interface|enum)\s+(\w+)", text)
    return (f"{package[1]}." if package else "") + name[1] if name else ""


def _runtime(p: Process) -> int:
    """Tell the Java version of the image: 8, 11, 17, 21 ..."""
    found = re.search(r"(?:jdk-?)?(?:1\.)?(\d+)", p.env.get("JAVA_VERSION", ""))
    return int(found[1]) if found else 21


FAMILIES: list[Family] = [Java()]
