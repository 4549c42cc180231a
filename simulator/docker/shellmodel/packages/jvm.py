"""java, javac, maven, gradle and dotnet: jars and assemblies from the sources in the tree."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run
from simulator.docker.tree import is_below

SPRING_BYTES = 22_000_000
JAR_BYTES = 60_000
ASSEMBLES = re.compile(r"^(assembly|spring-boot:repackage|jar|war|shade):")
LOCAL_REPOSITORY = 90_000_000
"""A Spring Boot jar, a plain jar, and what Maven or Gradle fetch for a first build (assumed)."""


def maven(run: Run) -> int:
    """`mvn package`, `mvn dependency:go-offline`, `./mvnw ...`."""
    goals = run.operands(("-f", "-P", "-s", "-pl", "-T"))
    pom = next((run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a == "-f"), "pom.xml")
    if run.has_flag("-v", "--version"):
        run.out("Apache Maven 3.9.16\n")
        return 0
    if run.need(pom) is None:
        run.err(
            "[ERROR] The goal you specified requires a project to execute but there is no POM "
            f"in this directory ({run.cwd}). Please verify you invoked Maven from the correct "
            "directory.\n"
        )
        return 1
    text = run.tree.text(pom, run.cwd) or ""
    folder = run.real(posixpath.dirname(pom) or ".")
    run.out("[INFO] Scanning for projects...\n")
    _fetch(run, run.env("HOME", "/root") + "/.m2/repository", text)
    phases = ("package", "install", "verify", "deploy")
    if not any(g in phases or ASSEMBLES.search(g) for g in goals):
        run.out("[INFO] BUILD SUCCESS\n")
        return 0
    if not [p for p in run.tree.below(f"{folder}/src") if p.endswith((".java", ".kt", ".scala"))]:
        run.out("[INFO] No sources to compile\n")
    if not text or "<modules>" in text:
        # Modules, profiles and names of the artefacts stand in files that are not known.
        unknown.mark(run.tree, folder, pom, commands=False)
    name = _tag(text, "artifactId") or "app"
    version = _tag(text, "version") or "0.0.1-SNAPSHOT"
    final = _tag(text, "finalName") or f"{name}-{version}"
    final = (
        final.replace("${project.artifactId}", name)
        .replace("${artifactId}", name)
        .replace("${project.version}", version)
    )
    _jar(run, folder, f"{folder}/target/{final}.{_tag(text, 'packaging') or 'jar'}", text)
    run.out("[INFO] BUILD SUCCESS\n")
    return 0


def _tag(text: str, name: str) -> str:
    """Read an element of the project itself, not of its parent or dependencies."""
    bare = re.sub(r"<(parent|dependencies|build|plugins)>.*?</\1>", "", text, flags=re.S)
    where = text if name == "finalName" else bare
    match = re.search(rf"<{name}>\s*([^<]+?)\s*</{name}>", where)
    return match[1] if match else ""


def _fetch(run: Run, folder: str, text: str) -> None:
    if run.tree.is_dir(folder):
        run.spend(2_500_000)
        return
    run.download(LOCAL_REPOSITORY * 9 // 10, 60)
    run.bundle(folder, LOCAL_REPOSITORY, 900, text)
    run.spend(6_000_000)


def _jar(run: Run, folder: str, path: str, text: str) -> None:
    sources = [p for p in run.tree.below(f"{folder}/src") if run.tree.is_file(p)]
    seed = digests.of([[p[len(folder) :], run.tree.files[p].get("digest", "")] for p in sources])
    spring = "spring-boot" in text or "springframework.boot" in text
    main = next(
        (run.tree.text(p) or "" for p in sources if "static void main" in (run.tree.text(p) or "")),
        "",
    )
    resources = "\n".join(
        run.tree.text(p) or ""
        for p in sources
        if re.search(r"/resources/application\.(properties|ya?ml)$", p)
    )
    texts = [run.tree.text(p) or "" for p in sources if p.endswith(".java")]
    controllers = [text[:16384] for text in texts if re.search(r"@(Rest)?Controller\b", text)]
    made = {
        "tool": "java",
        "sources": seed,
        "main": main[:65536],
        "controllers": controllers[:20] if spring else [],
        "spring": spring,
        "java": _release(run, text),
        "entry": bool(re.search(r"mainClass|Main-Class|main-class", text)),
        "resources": resources[:4096],
    }
    run.put(
        path, tree.file_entry(size=SPRING_BYTES if spring else JAR_BYTES, content=seed, made=made)
    )
    run.spend(9_000_000 + 30_000 * len(sources))


def gradle(run: Run) -> int:
    """`gradle build`, `./gradlew bootJar`."""
    found = next(
        (
            f
            for f in ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
            if run.get(f) is not None
        ),
        None,
    )
    if found is None and run.need("build.gradle") is not None:
        found = "build.gradle"
    if found is None:
        run.err(
            f"\nFAILURE: Build failed with an exception.\n\n* What went wrong:\nDirectory "
            f"'{run.cwd}' does not contain a Gradle build.\n"
        )
        return 1
    text = run.tree.text(found, run.cwd) or ""
    home = run.env("GRADLE_USER_HOME") or run.env("HOME", "/root") + "/.gradle"
    _fetch(run, f"{home}/caches", text)
    goals = " ".join(run.operands(("-p", "-b")))
    if re.search(r"build|jar|assemble|war|installDist", goals, re.I):
        settings = (
            run.tree.text("settings.gradle", run.cwd)
            or run.tree.text("settings.gradle.kts", run.cwd)
            or ""
        )
        name = re.search(r"rootProject\.name\s*=\s*['\"]([\w.-]+)", settings)
        version = re.search(r"^version\s*=\s*['\"]([\w.-]+)", text, re.M)
        base = name[1] if name else posixpath.basename(run.cwd) or "app"
        ending = f"-{version[1]}" if version else ""
        if "text" not in (run.get(found) or {}):
            unknown.mark(run.tree, run.cwd, found, commands=False)
        _jar(run, run.cwd, f"{run.cwd}/build/libs/{base}{ending}.jar", text)
    run.out("\nBUILD SUCCESSFUL\n")
    return 0


def _release(run: Run, text: str) -> int:
    """Tell for which Java a build file has its classes made; else for that of the JDK."""
    found = re.search(
        r"(?:java\.version|maven\.compiler\.(?:release|target)|release|target)>\s*(?:1\.)?(\d+)\s*<"
        r"|JavaLanguageVersion\.of\((\d+)\)|(?:source|target)Compatibility\s*=?\s*"
        r"[\"']?(?:JavaVersion\.VERSION_)?(?:1[._])?(\d+)",
        text,
    )
    asked = next((one for one in found.groups() if one), "") if found else ""
    return int(asked) if asked else int(java_version(run).partition(".")[0])


def javac(run: Run) -> int:
    """`javac FILE.java...`."""
    valued = ("-d", "-cp", "-classpath", "--release", "-source", "-target")
    folder = next((run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a == "-d"), "")
    released = ("--release", "-target", "--target")
    wanted = [run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a in released]
    release = next((one.removeprefix("1.") for one in wanted), "")
    own = int(java_version(run).partition(".")[0])
    if release.isdigit() and int(release) > own:
        run.err(f"error: release version {release} not supported\n")
        return 2
    for name in run.operands(valued):
        entry = run.get(name)
        if entry is None:
            run.err(f"error: file not found: {name}\n")
            return 2
        target = posixpath.join(folder, posixpath.basename(name)) if folder else name
        run.put(
            re.sub(r"\.java$", ".class", target),
            tree.file_entry(
                size=1200,
                content=entry.get("digest", ""),
                made={
                    "tool": "java",
                    "main": entry.get("text", ""),
                    "java": int(release) if release.isdigit() else own,
                },
            ),
        )
        run.spend(900_000)
    return 0


def jar(run: Run) -> int:
    """`jar cf FILE ...`: one archive."""
    name = next((a for a in run.operands() if a.endswith(".jar")), "")
    mode = "".join(run.argv[1:2])
    if name and ("c" in mode or "--create" in run.argv):
        made: dict[str, Any] = next(
            (
                dict(entry["made"])
                for path, entry in run.tree.files.items()
                if path.endswith(".class")
                and is_below(path, run.cwd)
                and "static void main" in str((entry.get("made") or {}).get("main"))
            ),
            {"tool": "java", "main": ""},
        )
        made["entry"] = "e" in mode or "m" in mode or "--main-class" in " ".join(run.argv)
        run.put(name, tree.file_entry(size=JAR_BYTES, content=" ".join(run.argv), made=made))
    run.spend(400_000)
    return 0


def java(run: Run) -> int:
    """`java -jar FILE`."""
    if run.has_flag("-version", "--version"):
        (run.err if run.has_flag("-version") else run.out)(
            f'openjdk version "{java_version(run)}" 2026-07-21 LTS\n'
        )
        return 0
    if "-jar" in run.argv[:-1]:
        name = run.argv[run.argv.index("-jar") + 1]
        if run.get(name) is None:
            run.err(f"Error: Unable to access jarfile {name}\n")
            return 1
        if "layertools" in " ".join(run.argv) or "tools" in run.argv:
            for folder in (
                "dependencies",
                "spring-boot-loader",
                "snapshot-dependencies",
                "application",
            ):
                run.bundle(folder, 5_000_000, 40, folder + name)
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def java_version(run: Run) -> str:
    """Tell the version of the Java at hand: `17.0.19`."""
    found = re.search(r"\d+(\.\d+)*", run.env("JAVA_VERSION").removeprefix("jdk-"))
    return found[0] if found else "21.0.11"


def jlink(run: Run) -> int:
    """`jlink --output DIR`: a runtime of chosen modules."""
    if run.has_flag("--version"):
        run.out(java_version(run) + "\n")
        return 0
    folder = next((run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a == "--output"), "")
    if not folder:
        run.err("Error: --output must be specified\n")
        return 1
    for name in ("java", "keytool"):
        made = tree.file_entry(size=13_000, mode=0o755, content=name, arch=run.clock.arch or None)
        run.put(f"{folder}/bin/{name}", made)
    run.bundle(folder, 60_000_000, 260, " ".join(run.argv))
    run.spend(9_000_000)
    return 0


DOTNET_VALUED = (
    *("-c", "-o", "-r", "-f", "-a", "-v", "--configuration", "--output", "--runtime"),
    *("--framework", "--arch", "--os", "--self-contained", "--verbosity"),
)


def dotnet(run: Run) -> int:
    """`dotnet restore`, `dotnet build`, `dotnet publish -o DIR`."""
    verbs = run.operands(DOTNET_VALUED)
    verb = verbs[0] if verbs else ""
    if verb == "restore":
        run.download(30_000_000, 20)
        run.bundle(run.env("HOME", "/root") + "/.nuget/packages", 70_000_000, 900, " ".join(verbs))
        return 0
    if verb not in ("build", "publish"):
        run.spend(DEFAULT_PROGRAM_US)
        return 0
    project = verbs[1] if len(verbs) > 1 else "."
    places = [p for p in run.tree.below(run.cwd) if p.endswith((".csproj", ".fsproj", ".sln"))]
    if not places and run.need(project if project != "." else "app.csproj") is None:
        run.err(
            "MSBUILD : error MSB1003: Specify a project or solution file. The current working "
            "directory does not contain a project or solution file.\n"
        )
        return 1
    path = (
        project
        if project.endswith("proj")
        else next((p for p in places if p.endswith("proj")), "app.csproj")
    )
    name = posixpath.basename(path).rsplit(".", 1)[0] or posixpath.basename(run.cwd) or "app"
    output = next(
        (
            a.partition("=")[2] or run.argv[i + 1]
            for i, a in enumerate(run.argv[:-1])
            if a in ("-o", "--output") or a.startswith("--output=")
        ),
        f"bin/Release/net/{verb}",
    )
    run.make_dir(output)
    run.put(
        f"{output}/{name}.dll",
        tree.file_entry(size=180_000, content=name, made={"tool": "dotnet", "main": ""}),
    )
    run.put(
        f"{output}/{name}",
        tree.file_entry(size=76_000, mode=0o755, content=name, arch=run.clock.arch or None),
    )
    run.bundle(output, 9_000_000, 60, name)
    run.spend(9_000_000)
    return 0


MODELS = {
    "mvn": maven,
    "mvnw": maven,
    "gradle": gradle,
    "gradlew": gradle,
    "javac": javac,
    "jar": jar,
    "jlink": jlink,
    "java": java,
    "dotnet": dotnet,
}
