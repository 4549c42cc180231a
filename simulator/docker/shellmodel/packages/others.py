"""gem and bundle, composer and pecl, and a few tools of servers."""

from __future__ import annotations

import re

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run

PHP_EXTENSIONS = "/usr/local/lib/php/extensions/no-debug-non-zts-20240924"
"""Where the images of PHP 8.4 keep extensions."""
JAVA_LIBRARIES = "/usr/java/packages/lib:/usr/lib64:/lib64:/lib:/usr/lib"
"""Where Java looks for native libraries last."""
UNKNOWN_GEMS = 90
"""Gems of a Gemfile that nobody can read (assumed)."""
GEM_BYTES = 1_400_000
"""A gem with what it needs (assumed)."""


RUBY = "3.4.0"
"""Ruby's ABI where an image does not name its version."""


def gem_home(run: Run) -> str:
    """Where gems of an image's Ruby go when nobody asks for another place."""
    return run.env("GEM_HOME") or "/usr/local/bundle"


def bundle_home(run: Run) -> str:
    """Where `bundle install` puts gems: a path that is asked for has a folder of the ABI in it.

    As Bundler's Settings::Path: `PATH/ruby/X.Y.0`, also for `vendor/bundle` of a deployment; the
    home of `gem` itself has none.
    """
    told = re.search(r'BUNDLE_PATH: "(.*)"', run.tree.text(".bundle/config", run.cwd) or "")
    path = told[1] if told else run.env("BUNDLE_PATH")
    if not path and (run.has_flag("--deployment") or run.env("BUNDLE_DEPLOYMENT")):
        path = "vendor/bundle"
    path = next((run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a == "--path"), path)
    if not path:
        return gem_home(run)
    version = re.match(r"(\d+\.\d+)\.", run.env("RUBY_VERSION"))
    return f"{path.rstrip('/')}/ruby/{version[1] + '.0' if version else RUBY}"


def gem(run: Run) -> int:
    """`gem install NAME...`."""
    names = run.operands(("-v", "--version", "-i", "-n"))
    if names[:1] != ["install"]:
        run.spend(DEFAULT_PROGRAM_US)
        return 0
    home = gem_home(run)
    for name in names[1:]:
        if not run.download(GEM_BYTES * 4 // 10, 3):
            run.err(f"ERROR:  Could not find a valid gem '{name}' (>= 0) in any repository\n")
            return 2
        _gem(run, home, name, "1.0.0")
        run.out(f"Successfully installed {name}-1.0.0\n1 gem installed\n")
    return 0


def _gem(run: Run, home: str, name: str, version: str) -> None:
    size = int(GEM_BYTES * (0.3 + 2 * digests.fraction("gem", name)))
    run.bundle(f"{home}/gems/{name}-{version}", size, max(4, size // 9000), name)
    run.put(f"{home}/bin/{name}", tree.file_entry(size=560, mode=0o755, content=name))
    run.spend(400_000 + size // 4)


def bundle(run: Run) -> int:
    """`bundle install`: reads the Gemfile."""
    if run.has_flag("--version", "-v"):
        run.out("Bundler version 2.7.2\n")
        return 0
    names = run.operands(("--jobs", "-j", "--retry", "--without", "--path", "--gemfile"))
    if names[:1] == ["config"] and {"path", "deployment"} & set(names[1:-1]):
        path = names[-1] if "path" in names else "vendor/bundle"
        run.write(".bundle/config", f'---\nBUNDLE_PATH: "{path}"\n')
        return 0
    if names and names[0] != "install":
        run.spend(DEFAULT_PROGRAM_US)
        return 0
    entry = run.need("Gemfile")
    if entry is None:
        run.err("Could not locate Gemfile\n")
        return 10
    gems = re.findall(r"^\s*gem\s+['\"]([\w-]+)['\"]", entry.get("text", ""), re.M)
    home = bundle_home(run)
    run.out("Fetching gem metadata from https://rubygems.org/.........\n")
    if "text" not in entry:
        run.download(UNKNOWN_GEMS * GEM_BYTES, UNKNOWN_GEMS)
        run.bundle(home, UNKNOWN_GEMS * GEM_BYTES * 2, UNKNOWN_GEMS * 300, "Gemfile")
        for folder in ("gems", "cache", "bin", "specifications"):
            run.make_dir(f"{home}/{folder}")
        # Without its version any folder of an ABI may be meant.
        place = home if run.env("RUBY_VERSION") else home.partition("/ruby/")[0]
        unknown.mark(run.tree, run.real(place), "Gemfile")
    if gems and not run.download(len(gems) * GEM_BYTES, len(gems)):
        run.err("Could not reach host rubygems.org. Check your network connection and try again.\n")
        return 17
    for name in gems:
        run.out(f"Installing {name}\n")
        _gem(run, home, name, "1.0.0")
    run.out(
        f"Bundle complete! {len(gems)} Gemfile dependencies, {len(gems) * 3} gems now installed.\n"
    )
    return 0


def composer(run: Run) -> int:
    """`composer install`: reads composer.json."""
    names = run.operands(("-d", "--working-dir"))
    if not names or names[0] not in ("install", "update", "require", "create-project"):
        run.spend(DEFAULT_PROGRAM_US)
        return 0
    entry = run.need("composer.json")
    if entry is None and names[0] in ("install", "update"):
        run.err(f"Composer could not find a composer.json file in {run.cwd}\n")
        return 1
    text = entry.get("text", "") if entry is not None else ""
    packages = list(re.findall(r'"([\w.-]+/[\w.-]+)"\s*:\s*"', text)) + names[1:]
    if packages and not run.download(len(packages) * 900_000, len(packages)):
        run.err(
            "curl error 6 while downloading https://repo.packagist.org/packages.json: Could "
            "not resolve host: repo.packagist.org\n"
        )
        return 100
    for name in packages:
        run.bundle(
            f"vendor/{name}", int(2_500_000 * (0.2 + digests.fraction("php", name))), 120, name
        )
    if entry is not None and "text" not in entry:
        unknown.mark(run.tree, run.make_dir("vendor"), "composer.json")
    run.put("vendor/autoload.php", tree.file_entry(size=770, content="autoload"))
    run.spend(1_500_000 + 250_000 * len(packages))
    run.out("Generating autoload files\n")
    return 0


def php(run: Run) -> int:
    """`php FILE`, `php --version`, and the questions that Dockerfiles ask with `php -r`."""
    if run.has_flag("-v", "--version"):
        run.out(f"PHP {run.env('PHP_VERSION') or '8.4.14'} (cli)\n")
        return 0
    code = next((b for a, b in zip(run.argv, run.argv[1:], strict=False) if a == "-r"), None)
    if code is not None:
        run.out(PHP_EXTENSIONS if "extension_dir" in code else "")
        return 0
    # What a PHP script does is not known, nor what it leaves: composer's installer is one.
    unknown.mark(run.tree, "/", " ".join(run.argv))
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def php_extension(run: Run) -> int:
    """`docker-php-ext-install NAME...`, `pecl install NAME`."""
    for name in [n for n in run.operands(("-j",)) if n not in ("install",)]:
        run.put(
            f"{PHP_EXTENSIONS}/{name.partition('-')[0].lower()}.so",
            tree.file_entry(size=900_000, content=name, mode=0o755, arch=run.clock.arch or None),
        )
        run.put(
            f"/usr/local/etc/php/conf.d/docker-php-ext-{name}.ini",
            tree.file_entry(f"extension={name}\n"),
        )
        run.spend(7_000_000)
    return 0


def nginx(run: Run) -> int:
    """`nginx -t`, `nginx -v`."""
    if run.has_flag("-t"):
        run.err(
            "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
            "nginx: configuration file /etc/nginx/nginx.conf test is successful\n"
        )
    return 0


def catalina(run: Run) -> int:
    """`catalina.sh version`, `catalina.sh configtest`: what Tomcat says of its native library."""
    if run.argv[1:2] == ["version"]:
        version = run.env("TOMCAT_VERSION") or "10.1.48"
        run.out(f"Server version: Apache Tomcat/{version}\nServer number:  {version}.0\n")
    run.spend(900_000)
    if run.argv[1:2] != ["configtest"]:
        return 0
    paths = [path for path in run.env("LD_LIBRARY_PATH").split(":") if path]
    names = ("libtcnative-1.so", "libtcnative-2.so")
    if any(run.need(f"{path}/{name}") for path in paths for name in names):
        said = "Loaded Apache Tomcat Native library [1.3.1] using APR version [1.7.2]."
    else:
        said = (
            "The Apache Tomcat Native library which allows using OpenSSL was not found on the "
            f"java.library.path: [{':'.join([*paths, JAVA_LIBRARIES])}]"
        )
    run.err(
        "Jan 05, 2026 9:00:00 AM org.apache.catalina.core.AprLifecycleListener lifecycleEvent\n"
        f"INFO: {said}\n"
    )
    return 0


def jq(run: Run) -> int:
    """`jq`: passes its input on; filters are not modelled."""
    run.out(run.stdin)
    return 0


def openssl(run: Run) -> int:
    """`openssl ... -out FILE -keyout FILE`: writes what it is asked for."""
    for index, arg in enumerate(run.argv[:-1]):
        if arg in ("-out", "-keyout"):
            run.put(run.argv[index + 1], tree.file_entry(size=1700, content=" ".join(run.argv)))
    run.spend(200_000)
    return 0


MODELS = {
    "gem": gem,
    "bundle": bundle,
    "bundler": bundle,
    "composer": composer,
    "docker-php-ext-install": php_extension,
    "pecl": php_extension,
    "php": php,
    "nginx": nginx,
    "catalina.sh": catalina,
    "jq": jq,
    "openssl": openssl,
}
