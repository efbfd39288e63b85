"""Prints processor times of XGBoost, milliseconds, one thread, the least of some repetitions: "tree", per tree without
binning, and "binning", once per table. Binning is what making the DMatrix of single-precision values in memory takes, which
copies them, and what a first training of one tree takes beyond a second one, because the first finds the cuts and sorts the
values into bins, which the data keep. Called by models.ts.
"""
import json
import sys
import time

import numpy
import xgboost

request = json.loads(sys.argv[1])
rows, features = request["rows"], request["features"]
values = numpy.fromfile(request["data"], dtype=numpy.float32)
table = numpy.ascontiguousarray(values[: rows * features].reshape(features, rows).T)
label = values[rows * features :]
settings = {**request["settings"], "objective": "binary:logistic", "tree_method": "hist", "nthread": 1}
if request["type"] == "lightgbm":
    leaves = settings.pop("num_leaves")
    settings.update(grow_policy="lossguide", max_leaves=leaves, max_depth=settings["max_depth"] or 0)


def timed(work):
    start = time.process_time()
    result = work()
    return result, 1000 * (time.process_time() - start)


trees, binnings = [], []
for _ in range(request["repetitions"]):
    data, making = timed(lambda: xgboost.DMatrix(table, label=label, nthread=1))
    _, first = timed(lambda: xgboost.train(settings, data, num_boost_round=1))
    _, second = timed(lambda: xgboost.train(settings, data, num_boost_round=1))
    binnings.append(making + first - second)
    _, all_trees = timed(lambda: xgboost.train(settings, data, num_boost_round=request["trees"]))
    trees.append(all_trees / request["trees"])
print(json.dumps({"tree": min(trees), "binning": min(binnings)}))
