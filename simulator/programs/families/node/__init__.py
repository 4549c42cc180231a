"""Modelled Node.js: JavaScript that is followed, on the machine in `simulator/programs/vm`.

syntax and the compiler (compile_*) make operations (ops_*) of a source; what the operations work
on is in values, objects and convert; the library is in natives_* (Python) and in lib/ (JavaScript,
run by the same machine); loop is the event loop, modules finds and loads, node is the program.
"""
