"""BuildKit's build checks: the rules, their words, and which of them a Dockerfile switches off.

Source: moby/buildkit `frontend/dockerfile/linter`, read 2026-11-23, and the shared tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import SPACES, parse_bool, quote
from simulator.docker.dockerfile.parser import read_directive

CHECK_ARG = "BUILDKIT_DOCKERFILE_CHECK"
_DOCS = "https://docs.docker.com/go/dockerfile/rule/"


@dataclass(frozen=True, slots=True)
class Rule:
    """One build check.

    slug: the last part of its page's address, "" when it has none.   detail: writes the sentence.
    experimental: runs only when it is asked for.
    """

    slug: str
    description: str
    detail: Callable[..., str]
    experimental: bool = False


@dataclass(frozen=True, slots=True)
class Warning:
    """One finding.   line: 1-based.   message: the line that `docker build` prints."""

    rule: str
    line: int
    detail: str
    url: str
    description: str
    message: str


def _meant(text: str, suggestion: str, sign: str = "") -> str:
    return text + (f" (did you mean {sign}{suggestion}?)" if suggestion else "")


RULES: dict[str, Rule] = {
    "StageNameCasing": Rule(
        "stage-name-casing",
        "Stage names should be lowercase",
        lambda name: f"Stage name '{name}' should be lowercase",
    ),
    "FromAsCasing": Rule(
        "from-as-casing",
        "The 'as' keyword should match the case of the 'from' keyword",
        lambda keyword, word: f"'{word}' and '{keyword}' keywords' casing do not match",
    ),
    "NoEmptyContinuation": Rule(
        "no-empty-continuation",
        "Empty continuation lines will become errors in a future release",
        lambda: "Empty continuation line",
    ),
    "ConsistentInstructionCasing": Rule(
        "consistent-instruction-casing",
        "All commands within the Dockerfile should use the same casing (either upper or lower)",
        lambda name, casing: (
            f"Command '{name}' should match the case of the command majority ({casing})"
        ),
    ),
    "DuplicateStageName": Rule(
        "duplicate-stage-name",
        "Stage names should be unique",
        lambda name: f"Duplicate stage name {quote(name)}, stage names should be unique",
    ),
    "ReservedStageName": Rule(
        "reserved-stage-name",
        "Reserved words should not be used as stage names",
        lambda name: f"Stage name should not use the same name as reserved stage {quote(name)}",
    ),
    "JSONArgsRecommended": Rule(
        "json-args-recommended",
        "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related"
        " to OS signals",
        lambda name: (
            f"JSON arguments recommended for {name} to prevent unintended behavior related to"
            " OS signals"
        ),
    ),
    "MaintainerDeprecated": Rule(
        "maintainer-deprecated",
        "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
        lambda: "Maintainer instruction is deprecated in favor of using label",
    ),
    "UndefinedArgInFrom": Rule(
        "undefined-arg-in-from",
        "FROM command must use declared ARGs",
        lambda name, near: _meant(f"FROM argument '{name}' is not declared", near),
    ),
    "WorkdirRelativePath": Rule(
        "workdir-relative-path",
        "Relative workdir without an absolute workdir declared within the build can have"
        " unexpected results if the base image changes",
        lambda path: (
            f"Relative workdir {quote(path)} can have unexpected results if the base image changes"
        ),
    ),
    "UndefinedVar": Rule(
        "undefined-var",
        "Variables should be defined before their use",
        lambda name, near: _meant(f"Usage of undefined variable '${name}'", near, "$"),
    ),
    "MultipleInstructionsDisallowed": Rule(
        "multiple-instructions-disallowed",
        "Multiple instructions of the same type should not be used in the same stage",
        lambda name: (
            f"Multiple {name} instructions should not be used in the same stage because only the"
            " last one will be used"
        ),
    ),
    "LegacyKeyValueFormat": Rule(
        "legacy-key-value-format",
        "Legacy key/value format with whitespace separator should not be used",
        lambda name: (
            f'"{name} key=value" should be used instead of legacy "{name} key value" format'
        ),
    ),
    "InvalidBaseImagePlatform": Rule(
        "",
        "Base image platform does not match expected target platform",
        lambda image, expected, actual: (
            f"Base image {image} was pulled with platform {quote(actual)},"
            f" expected {quote(expected)} for current build"
        ),
    ),
    "RedundantTargetPlatform": Rule(
        "redundant-target-platform",
        "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the"
        " default behavior",
        lambda text: (
            f"Setting platform to predefined {text} in FROM is redundant as this is the default"
            " behavior"
        ),
    ),
    "SecretsUsedInArgOrEnv": Rule(
        "secrets-used-in-arg-or-env",
        "Sensitive data should not be used in the ARG or ENV commands",
        lambda name, key: (
            f"Do not use ARG or ENV instructions for sensitive data ({name} {quote(key)})"
        ),
    ),
    "InvalidDefaultArgInFrom": Rule(
        "invalid-default-arg-in-from",
        "Default value for global ARG results in an empty or invalid base image name",
        lambda base: f"Default value for ARG {base} results in empty or invalid base image name",
    ),
    "FromPlatformFlagConstDisallowed": Rule(
        "from-platform-flag-const-disallowed",
        "FROM --platform flag should not use a constant value",
        lambda platform: f"FROM --platform flag should not use constant value {quote(platform)}",
    ),
    "CopyIgnoredFile": Rule(
        "copy-ignored-file",
        "Attempting to Copy file that is excluded by .dockerignore",
        lambda verb, path: (
            f"Attempting to {verb} file {quote(path)} that is excluded by .dockerignore"
        ),
    ),
    "InvalidDefinitionDescription": Rule(
        "invalid-definition-description",
        "Comment for build stage or argument should follow the format: `# <arg/stage name>"
        " <description>`. If this is not intended to be a description comment, add an empty line"
        " or comment between the instruction and the comment.",
        lambda instruction, name: (
            f"Comment for {instruction} should follow the format: `# {name} <description>`"
        ),
        experimental=True,
    ),
    "ExposeProtoCasing": Rule(
        "expose-proto-casing",
        "Protocol in EXPOSE instruction should be lowercase",
        lambda port: f"Defined protocol '{port}' in EXPOSE instruction should be lowercase",
    ),
    "ExposeInvalidFormat": Rule(
        "expose-invalid-format",
        "IP address and host-port mapping should not be used in EXPOSE instruction. This will"
        " become an error in a future release",
        lambda port: (
            f"EXPOSE instruction should not define an IP address or host-port mapping,"
            f" found '{port}'"
        ),
    ),
}


@dataclass(slots=True)
class Options:
    """What a ``check=`` line asks for."""

    skip_all: bool = False
    skipped: frozenset[str] = frozenset()
    experimental_all: bool = False
    experimental: frozenset[str] = frozenset()
    as_error: bool = False


@dataclass(slots=True)
class Linter:
    """Collects warnings, as far as the Dockerfile's own options let it."""

    options: Options = field(default_factory=Options)
    warnings: list[Warning] = field(default_factory=list)

    def warn(self, name: str, lines: tuple[int, int], *details: str) -> None:
        """Report a finding of rule `name`; the details are what its sentence needs."""
        rule, options = RULES[name], self.options
        if rule.experimental:
            if not (options.experimental_all or name in options.experimental):
                return
        elif options.skip_all or name in options.skipped:
            return
        detail = rule.detail(*details)
        url = f"{_DOCS}{rule.slug}/" if rule.slug else ""
        message = f"{name}: {detail}" + (f" (line {lines[0]})" if lines[0] > 0 else "")
        self.warnings.append(Warning(name, lines[0], detail, url, rule.description, message))

    def merged(self, comments: list[str]) -> Linter:
        """Give the linter for an instruction with a ``# check=skip=...`` comment above it.

        Only the first such comment counts, and one that cannot be read asks for nothing.
        """
        for comment in comments:
            name, value = read_directive("#" + comment)
            if name != "check":
                continue
            try:
                options = _both(self.options, read_options(value.partition(" ")[0]))
            except DockerfileError:
                return self
            return Linter(options, self.warnings)
        return self

    def error(self) -> DockerfileError | None:
        """The error that ``check=error=true`` makes of warnings."""
        names = list(dict.fromkeys(warning.rule for warning in self.warnings))
        if not self.options.as_error or not names:
            return None
        return DockerfileError(f"lint violation found for rules: {', '.join(names)}")


def linter_for(text: str, asked: str | None, warnings: list[Warning]) -> Linter:
    """Make the linter that a build argument or the ``# check=`` directive asks for.

    asked: the build argument's value; without it the Dockerfile's own directive counts.
    Raises DockerfileError when what counts cannot be read.
    """
    where = "check options" if asked is None else f"build-arg:{CHECK_ARG}"
    try:
        options = read_options(_check_directive(text) if asked is None else asked)
    except DockerfileError as error:
        raise error.wrapped(f"failed to parse {where}: ") from None
    return Linter(options, warnings)


def _check_directive(text: str) -> str:
    text = text.removeprefix("\ufeff")
    if text.startswith("#!"):
        text = text.partition("\n")[2]
    seen: dict[str, str] = {}
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        name, value = read_directive(text[start:end].removesuffix("\r"))
        if not name or name in seen:
            break
        seen[name] = value
        start = end + 1
    return seen.get("check", "").partition(" ")[0]


def read_options(text: str) -> Options:
    """Read ``skip=A,B;error=true``.   Raises DockerfileError."""
    options = Options()
    text = text.strip(SPACES)
    for part in text.split(";", 2) if text else ():
        key, equals, value = part.partition("=")
        key, value = key.strip(SPACES), value.strip(SPACES)
        if not equals:
            raise DockerfileError(f"invalid check option {quote(part)}")
        names = frozenset(name.strip(SPACES) for name in value.split(","))
        if key == "skip":
            options.skip_all, options.skipped = value == "all", names
        elif key == "experimental":
            options.experimental_all, options.experimental = value == "all", names
        elif key == "error":
            found = parse_bool(value)
            if found is None:
                raise DockerfileError(
                    f"failed to parse check option {quote(part)}:"
                    f" strconv.ParseBool: parsing {quote(value)}: invalid syntax"
                )
            options.as_error = found
        else:
            raise DockerfileError(f"invalid check option {quote(key)}")
    return options


def _both(one: Options, other: Options) -> Options:
    return Options(
        one.skip_all or other.skip_all,
        one.skipped | other.skipped,
        one.experimental_all or other.experimental_all,
        one.experimental | other.experimental,
        one.as_error or other.as_error,
    )
