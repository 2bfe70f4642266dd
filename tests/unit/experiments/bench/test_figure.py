"""Figures as JSON has them, also when numpy made their numbers."""

import json

import numpy as np

from experiments.bench.figure import Figure


def test_numbers_of_numpy_are_numbers_of_json():
    figure = Figure("lost", np.float64(0.5), "ratio", 1.0, np.bool_(True), "sent")
    told = json.loads(json.dumps(figure.as_json()))
    assert (told["value"], told["met"]) == (0.5, True)


def test_what_has_no_target_has_not_met_it():
    assert Figure("ready", 2, "s").as_json()["met"] is None
