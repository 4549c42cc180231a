"""`manage.py lab`: labs without a server, a database or a network.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulator import (
    SECOND,
    DrydockError,
    Lab,
    Scenario,
    check_dockerfile,
    check_manifests,
    duration_us,
    guarded,
    relax_garbage_collection,
    try_build,
)


class Command(BaseCommand):
    """Run, replay, digest or check a lab."""

    help = "Labs without a server: run, replay, digest, check, check-dockerfiles, -manifests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        actions = parser.add_subparsers(dest="action", required=True)
        run = actions.add_parser("run", help="run a scenario")
        run.add_argument("scenario", help="a file, or the name of a shipped scenario")
        run.add_argument("--seed", type=int, help="1, or the log's, unless it is given")
        run.add_argument("--log", help="a log whose commands are carried out")
        replay = actions.add_parser("replay", help="replay a log")
        replay.add_argument("file")
        for one in (run, replay):
            one.add_argument("--until", help="simulated time at which to end, e.g. 30m")
            one.add_argument("--out", choices=("json", "csv"))
            one.add_argument("--digest", action="store_true", help="print the digest last")
        digest = actions.add_parser("digest", help="replay a log and print its digest")
        digest.add_argument("file")
        digest.add_argument("--until")
        check = actions.add_parser("check", help="prove that lessons can be solved")
        check.add_argument("lesson", nargs="*", help="slugs or folders; all when none is given")
        dockerfiles = actions.add_parser("check-dockerfiles", help="parse and check Dockerfiles")
        dockerfiles.add_argument("folder", help="a folder of Dockerfiles, or one file")
        dockerfiles.add_argument("--out", choices=("json",), help="one JSON object a line")
        dockerfiles.add_argument(
            "--build", action="store_true", help="build each in a lab, with a context of anything"
        )
        manifests = actions.add_parser("check-manifests", help="apply each file to a fresh lab")
        manifests.add_argument("folder", help="a folder of manifests, or one file")
        manifests.add_argument("--scenario", default="three-nodes", help="file or shipped name")
        manifests.add_argument("--out", choices=("json",), help="one JSON object a line")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        """Do what was asked; what is wrong is said in one line."""
        if action in ("run", "replay", "digest"):  # one lab; the checks make one after another
            relax_garbage_collection()
        try:
            getattr(self, "_" + action.replace("-", "_"))(options)
        except DrydockError as error:
            hint = f"\n{error.hint}" if error.hint else ""
            raise CommandError(error.message + hint) from error
        except BrokenPipeError:
            sys.exit(0)

    def _run(self, options: dict[str, Any]) -> None:
        scenario = Scenario.load(options["scenario"])
        log = _read_json(options["log"]) if options["log"] else {}
        seed = options["seed"] if options["seed"] is not None else log.get("seed", 1)
        if log:
            lab = Lab.replay({**log, "scenario": scenario.data, "seed": seed}, _until(options))
        else:
            lab = Lab(scenario, seed)
            lab.advance(_until(options) or 0)
        self._report(lab, options)

    def _replay(self, options: dict[str, Any]) -> None:
        self._report(Lab.replay(_read_json(options["file"]), _until(options)), options)

    def _digest(self, options: dict[str, Any]) -> None:
        lab = Lab.replay(_read_json(options["file"]), _until(options))
        self.stdout.write(lab.digest())

    def _check(self, options: dict[str, Any]) -> None:
        from webapp.lessons import LessonError, all_lessons, check_lesson
        from webapp.lessons.parse import read_lesson

        wrong = 0
        try:
            named = [read_lesson(_lesson_folder(name)) for name in options["lesson"]]
            lessons = named or all_lessons()
        except LessonError as error:
            raise CommandError(str(error)) from error
        for lesson in lessons:
            report = check_lesson(lesson)
            seconds = report.simulated_us / SECOND
            verdict = "ok" if not report.problems else "WRONG"
            self.stdout.write(
                f"{lesson.slug}: {verdict} ({len(report.steps)} steps, {seconds:.0f} s simulated)"
            )
            for problem in report.problems:
                self.stdout.write(f"  {problem}")
            wrong += bool(report.problems)
        if wrong:
            raise CommandError(f"{wrong} of {len(lessons)} lessons are wrong")

    def _check_dockerfiles(self, options: dict[str, Any]) -> None:
        """Check each file as `docker build --check` would; every base image has a stand-in."""
        top = Path(options["folder"])
        if not top.exists():
            raise CommandError(f"{top}: no such file or folder")
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if not path.is_file() or path.name.endswith(".dockerignore"):
                continue
            name = path.relative_to(top).as_posix() if top.is_dir() else path.name
            beside = path.with_name(path.name + ".dockerignore")
            ignore = _read_text(str(beside)) if beside.is_file() else None
            text = path.read_bytes().decode("utf-8", errors="replace")
            found = check_dockerfile(text, name, ignore)
            if options["build"]:
                found |= try_build(text, ignore)
            if options["out"] == "json":
                self.stdout.write(json.dumps(found, ensure_ascii=False))
                continue
            built = ", built" if found.get("built") else ""
            self.stdout.write(f"{name}: {found['error'] or 'ok' + built}")
            if found.get("failed_at"):
                failed = found["failed_at"]
                self.stdout.write(f"  line {failed['line']}: not built: {failed['message']}")
            for warning in found["warnings"]:
                self.stdout.write(
                    f"  line {warning['line']}: {warning['rule']}: {warning['detail']}"
                )

    def _check_manifests(self, options: dict[str, Any]) -> None:
        """Apply each file to a lab of its own; every image has a stand-in."""
        top = Path(options["folder"])
        if not top.exists():
            raise CommandError(f"{top}: no such file or folder")
        scenario = Scenario.load(options["scenario"])
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if not path.is_file() or path.suffix not in (".yaml", ".yml", ".json"):
                continue
            name = path.relative_to(top).as_posix() if top.is_dir() else path.name
            text = path.read_bytes().decode("utf-8", errors="replace")
            found = guarded(check_manifests, text, name, scenario)
            if options["out"] == "json":
                self.stdout.write(json.dumps(found, ensure_ascii=False))
                continue
            self.stdout.write(f"{name}: {len(found['ready'])} of {len(found['applied'])} ready")
            for row in found["not_ready"]:
                self.stdout.write(f"  {row['object']}: {row['why']}")
            for row in found["refused"]:
                self.stdout.write(f"  {row['object']} refused: {row['message']}")

    def _report(self, lab: Lab, options: dict[str, Any]) -> None:
        if options["out"] == "json":
            self.stdout.write(json.dumps(lab.snapshot(), indent=1, sort_keys=True))
        elif options["out"] == "csv":
            _write_csv(lab)
        elif not options["digest"]:
            shot = lab.snapshot()
            self.stdout.write(
                f"{lab.scenario.name}, seed {lab.seed}: {lab.now_us / SECOND:g} s simulated, "
                f"{lab.entries} entries, {len(shot['objects'])} objects"
            )
        if options["digest"]:
            self.stdout.write(lab.digest())


def _write_csv(lab: Lab) -> None:
    """Write the seconds with traffic, one a line: what a spreadsheet wants of a lab."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["second", "rps", "ok", "errors", "p50_ms", "p95_ms", "p99_ms"])
    view = lab.view()
    view.refresh()
    for key, point in sorted(view.values.items(), key=lambda pair: _second(pair[0])):
        if key.startswith("point/"):
            errors = sum((point.get("errors") or {}).values())
            latency = [point.get(name) for name in ("p50", "p95", "p99")]
            out.writerow([point["at_us"] // SECOND, point["rps"], point["ok"], errors, *latency])


def _second(key: str) -> int:
    last = key.rpartition("/")[2]
    return int(last) if key.startswith("point/") and last.isdigit() else -1


def _until(options: dict[str, Any]) -> int | None:
    if not options["until"]:
        return None
    try:
        return duration_us(options["until"])
    except ValueError as error:
        raise CommandError(str(error)) from error


def _lesson_folder(name: str) -> Path:
    from webapp.lessons.parse import ROOT

    return Path(name) if (Path(name) / "lesson.md").is_file() else ROOT / name


def _read_text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name}: cannot be read: {error}") from error


def _read_json(name: str) -> Any:
    try:
        data = json.loads(_read_text(name))
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise CommandError(f"{name}: not a lab's log")
    return data
