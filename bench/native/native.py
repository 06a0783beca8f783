"""The native yardsticks, started by engines/native.mjs: `native.py ENGINE THREADS`, then one request and one answer a line.

Each library has a file of its own, with_LIBRARY.py, whose `engine` answers with the kinds of work that it offers.

{"kind": …, "spec": …} builds the work of a case and answers {"ready": true}, or {"ready": false} where the engine doesn't offer it;
{"run": count} does it `count` times and answers {"done": true}.
"""

import importlib
import json
import os
import sys

ENGINE, THREADS = sys.argv[1], int(sys.argv[2])
# Limits every pool, whatever the library calls it; before the libraries are imported, which count the cores.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(THREADS)
library, _, backend = ENGINE.partition("-")
os.environ.update(KERAS_BACKEND=backend, JAX_PLATFORMS="cpu", TF_CPP_MIN_LOG_LEVEL="3")

kinds = importlib.import_module(f"with_{library}").engine(THREADS)
run = None
for line in sys.stdin:
    request = json.loads(line)
    if "run" in request:
        run(request["run"])
        answer = {"done": True}
    else:
        make = kinds.get(request["kind"])
        run = make(request["spec"]) if make else None
        answer = {"ready": run is not None}
    print(json.dumps(answer), flush=True)
