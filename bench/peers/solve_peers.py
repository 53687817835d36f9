"""Runs native QP solvers on problems handed over as files and prints one JSON line per answer.

    python solve_peers.py versions
    python solve_peers.py solve JOB.json

JOB.json: {"problems": [{"name", "file"}], "solvers": [...], "tolerances": [...], "repeats": r, "timeLimit": s,
"out": directory}. A problem file is one line of JSON {"n", "m", "nonzerosA", "nonzerosP"} followed by raw
little-endian float64 q, rowLower, rowUpper, lower, upper, A.values, P.values and int32 A.columnStart, A.rowIndex,
P.columnStart, P.rowIndex. An answer's file holds float64 x (n), row prices y (m) and bound prices z (n), signed so
that Px + q = A'y + z and a price is positive where the lower limit holds.

Clocks: setup is everything a solver does before it iterates; making its own matrices from ours is on no clock.
Settings are each solver's own, but for the tolerances: absolute ones are set, relative ones to zero where there
are any.
"""

import importlib
import importlib.metadata
import json
import os
import sys
import time

SOLVERS = ("piqp", "clarabel", "osqp", "quadprog")
INFINITE = 1e20
REPEAT_BELOW_SECONDS = 0.5


def versions():
    found = {}
    for name in ("numpy", "scipy") + SOLVERS:
        try:
            importlib.import_module(name)
            found[name] = importlib.metadata.version(name)
        except ImportError:
            pass
    return found


class Problem:
    def __init__(self, path):
        import numpy as np
        import scipy.sparse as sp

        with open(path, "rb") as file:
            head = json.loads(file.readline())
            n, m = head["n"], head["m"]

            def floats(count):
                return np.frombuffer(file.read(8 * count), dtype="<f8").copy()

            def ints(count):
                return np.frombuffer(file.read(4 * count), dtype="<i4").copy()

            self.q = floats(n)
            self.row_lower, self.row_upper = floats(m), floats(m)
            self.lower, self.upper = floats(n), floats(n)
            a_values, p_values = floats(head["nonzerosA"]), floats(head["nonzerosP"])
            a_start, a_rows = ints(n + 1), ints(head["nonzerosA"])
            p_start, p_rows = ints(n + 1), ints(head["nonzerosP"])
        self.n, self.m = n, m
        self.A = sp.csc_matrix((a_values, a_rows, a_start), shape=(m, n))
        self.P = sp.csc_matrix((p_values, p_rows, p_start), shape=(n, n))


def timed(work):
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def piqp_runner(problem, eps, limit):
    import numpy as np
    import piqp

    is_equality = problem.row_lower == problem.row_upper
    equal, ranges = np.flatnonzero(is_equality), np.flatnonzero(~is_equality)
    A, G = problem.A[equal, :].tocsc(), problem.A[ranges, :].tocsc()
    b = problem.row_lower[equal]
    low, high = problem.row_lower[ranges], problem.row_upper[ranges]

    def run():
        solver = piqp.SparseSolver()
        settings = solver.settings
        settings.eps_abs, settings.eps_rel = eps, 0.0
        settings.check_duality_gap = True
        settings.eps_duality_gap_abs, settings.eps_duality_gap_rel = eps, 0.0
        arguments = (problem.P, problem.q, A, b, G, low, high, problem.lower, problem.upper)
        _, setup = timed(lambda: solver.setup(*arguments))
        status, solve = timed(solver.solve)
        result = solver.result
        y = np.zeros(problem.m)
        y[equal] = -result.y
        y[ranges] = result.z_l - result.z_u
        return str(status), setup, solve, result.x, y, result.z_bl - result.z_bu

    return run


def osqp_runner(problem, eps, limit):
    import numpy as np
    import osqp
    import scipy.sparse as sp

    A = sp.vstack([problem.A, sp.identity(problem.n)], format="csc")
    low = np.concatenate([problem.row_lower, problem.lower])
    high = np.concatenate([problem.row_upper, problem.upper])
    P = sp.triu(problem.P, format="csc")
    settings = dict(
        eps_abs=eps, eps_rel=0.0, verbose=False, max_iter=1_000_000_000, time_limit=limit
    )

    def run():
        solver = osqp.OSQP()
        _, setup = timed(lambda: solver.setup(P, problem.q, A, low, high, **settings))
        result, solve = timed(lambda: solver.solve(raise_error=False))
        y = -np.asarray(result.y, dtype=float)
        return result.info.status, setup, solve, result.x, y[: problem.m], y[problem.m :]

    return run


def clarabel_runner(problem, eps, limit):
    import clarabel
    import numpy as np
    import scipy.sparse as sp

    A = sp.vstack([problem.A, sp.identity(problem.n)], format="csr")
    low = np.concatenate([problem.row_lower, problem.lower])
    high = np.concatenate([problem.row_upper, problem.upper])
    is_equality = low == high
    equal = np.flatnonzero(is_equality)
    above = np.flatnonzero(~is_equality & (high < INFINITE))
    below = np.flatnonzero(~is_equality & (low > -INFINITE))
    stacked = sp.vstack([A[equal], A[above], -A[below]], format="csc")
    b = np.concatenate([low[equal], high[above], -low[below]])
    cones = [clarabel.ZeroConeT(len(equal)), clarabel.NonnegativeConeT(len(above) + len(below))]
    P = sp.triu(problem.P, format="csc")
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.time_limit = limit
    settings.tol_feas = eps
    settings.tol_gap_abs, settings.tol_gap_rel = eps, 0.0

    def run():
        make = lambda: clarabel.DefaultSolver(P, problem.q, stacked, b, cones, settings)
        solver, setup = timed(make)
        result, solve = timed(solver.solve)
        z = np.asarray(result.z)
        y = np.zeros(problem.m + problem.n)
        y[equal] = -z[: len(equal)]
        y[above] -= z[len(equal) : len(equal) + len(above)]
        y[below] += z[len(equal) + len(above) :]
        return str(result.status), setup, solve, np.asarray(result.x), y[: problem.m], y[problem.m :]

    return run


def quadprog_runner(problem, eps, limit):
    """Dense and strictly convex; equalities first, then all finite limits as C'x >= b."""
    import numpy as np
    import quadprog

    n, m = problem.n, problem.m
    A = np.vstack([problem.A.toarray(), np.identity(n)])
    low = np.concatenate([problem.row_lower, problem.lower])
    high = np.concatenate([problem.row_upper, problem.upper])
    is_equality = low == high
    equal = np.flatnonzero(is_equality)
    below = np.flatnonzero(~is_equality & (low > -INFINITE))
    above = np.flatnonzero(~is_equality & (high < INFINITE))
    C = np.vstack([A[equal], A[below], -A[above]]).T.copy()
    b = np.concatenate([low[equal], low[below], -high[above]])
    G = problem.P.toarray()

    def run():
        work = lambda: quadprog.solve_qp(G.copy(), -problem.q, C, b, len(equal))
        (x, _, _, _, multipliers, _), solve = timed(work)
        y = np.zeros(m + n)
        y[equal] = multipliers[: len(equal)]
        y[below] += multipliers[len(equal) : len(equal) + len(below)]
        y[above] -= multipliers[len(equal) + len(below) :]
        return "solved", 0.0, solve, x, y[:m], y[m:]

    return run


RUNNERS = {
    "piqp": piqp_runner,
    "osqp": osqp_runner,
    "clarabel": clarabel_runner,
    "quadprog": quadprog_runner,
}


def answer(job, problem, given, solver, eps, index):
    import numpy as np

    line = {"problem": given["name"], "solver": solver, "tolerance": eps}
    try:
        run = RUNNERS[solver](problem, eps, job["timeLimit"])
        runs = [run()]
        # What takes long takes long again: repeats are for times that noise could move.
        while len(runs) < job.get("repeats", 1) and sum(runs[0][1:3]) < REPEAT_BELOW_SECONDS:
            runs.append(run())
    except Exception as error:  # a solver that refuses is an answer too
        return {**line, "status": f"{type(error).__name__}: {error}"[:200], "file": None}
    status, _, _, x, y, z = runs[0]
    line["setupSeconds"] = sorted(run[1] for run in runs)[len(runs) // 2]
    line["solveSeconds"] = sorted(run[2] for run in runs)[len(runs) // 2]
    line["status"] = status
    values = [np.asarray(part, dtype="<f8") if part is not None else None for part in (x, y, z)]
    if any(part is None for part in values):
        return {**line, "file": None}
    path = os.path.join(job["out"], f"answer-{index}.bin")
    with open(path, "wb") as file:
        for part in values:
            file.write(part.tobytes())
    return {**line, "file": path}


def main():
    if sys.argv[1] == "versions":
        print(json.dumps(versions()))
        return
    with open(sys.argv[2]) as file:
        job = json.load(file)
    index = 0
    for given in job["problems"]:
        problem = Problem(given["file"])
        for eps in job["tolerances"]:
            for solver in job["solvers"]:
                print(json.dumps(answer(job, problem, given, solver, eps, index)), flush=True)
                index += 1


main()
