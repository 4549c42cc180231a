"""Python on the machine of modelled programs: compiler, values, operations, built-ins."""

from . import (
    builtins,
    constructors,
    container_methods,
    data,
    decimals,
    djangotemplates,
    files,
    functions,
    generators,
    imports,
    methods,
    migrations,
    net,
    processes,
    releases,
    sockets,
    sql,
    sqlite,
    templating,
    urls,
    workers,
    world,
)

ready = (builtins, constructors, container_methods, data, decimals, djangotemplates, files,
         functions, generators, imports, methods, migrations, net, processes, releases, sockets,
         sql, sqlite, templating, urls, workers, world)  # fmt: skip
"""The parts that enter their functions when they are imported."""
