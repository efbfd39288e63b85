"""Prints the processor time of XGBoost per tree, milliseconds, one thread, without binning. Called by models.ts."""
import json
import sys
import time

import numpy
import xgboost

request = json.loads(sys.argv[1])
rows, features = request["rows"], request["features"]
values = numpy.fromfile(request["data"], dtype=numpy.float32)
table = values[: rows * features].reshape(features, rows).T
label = values[rows * features :]
settings = {**request["settings"], "objective": "binary:logistic", "tree_method": "hist", "nthread": 1}
if request["type"] == "lightgbm":
    leaves = settings.pop("num_leaves")
    settings.update(grow_policy="lossguide", max_leaves=leaves, max_depth=settings["max_depth"] or 0)
data = xgboost.DMatrix(numpy.ascontiguousarray(table), label=label, nthread=1)
# The first training sorts the values into bins, which the data keep.
xgboost.train(settings, data, num_boost_round=1)
times = []
for _ in range(request["repetitions"]):
    start = time.process_time()
    xgboost.train(settings, data, num_boost_round=request["trees"])
    times.append(1000 * (time.process_time() - start) / request["trees"])
print(min(times))
