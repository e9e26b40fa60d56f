#!/usr/bin/python3
"""Makes tests/unit/metrics/reference.json: random predictions and what scikit-learn and scipy say
about them. The C++ tests hold mnist/metrics equal to it within 1e-12.

    apt-get install python3-sklearn python3-scipy
    /usr/bin/python3 scripts/reference/metrics_reference.py > tests/unit/metrics/reference.json

Undefined values are null. Averages follow zero_division=nan, which scikit-learn has had since
1.3; for older versions they are computed here from its per-class values, by the rule of its
_nanaverage: classes whose value is undefined are left out, and a weighted mean with no weight left
is the plain mean. If zero_division=nan is known, the two are asserted equal.
"""
import json
import math
import sys

import numpy as np
import scipy
import sklearn
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve

CLASSES = list(range(10))
BINS = 15


def optional(value):
    """JSON has no nan."""
    return None if value is None or math.isnan(value) else float(value)


def nan_average(values, weights=None):
    values = np.asarray(values, float)
    defined = ~np.isnan(values)
    if not defined.any():
        return math.nan
    if weights is None or np.sum(np.asarray(weights)[defined]) == 0:
        return np.mean(values[defined])
    return np.average(values[defined], weights=np.asarray(weights)[defined])


def class_scores(labels, predicted):
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=CLASSES, zero_division=0)
    predictions = np.bincount(predicted, minlength=len(CLASSES))
    precision = np.where(predictions == 0, np.nan, precision)
    recall = np.where(support == 0, np.nan, recall)
    f1 = np.where(predictions + support == 0, np.nan, f1)
    columns = {"precision": precision, "recall": recall, "f1": f1}
    averages = {name: {key: nan_average(column, weights) for key, column in columns.items()}
                for name, weights in (("macro", None), ("weighted", support))}
    if tuple(int(part) for part in sklearn.__version__.split(".")[:2]) >= (1, 3):
        for name, average in averages.items():
            theirs = metrics.precision_recall_fscore_support(
                labels, predicted, labels=CLASSES, average=name, zero_division=np.nan)[:3]
            np.testing.assert_allclose(list(average.values()), theirs, rtol=1e-14)
    return {
        "per_class": [
            {**{key: optional(column[c]) for key, column in columns.items()},
             "support": int(support[c])} for c in CLASSES],
        **{name: {key: optional(value) for key, value in average.items()}
           for name, average in averages.items()},
    }


def expected_calibration_error(confidence, correct):
    accuracy, mean_confidence = calibration_curve(correct, confidence, n_bins=BINS,
                                                  strategy="uniform")
    bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)
    counts = np.bincount(bins, minlength=BINS)
    counts = counts[counts > 0]
    return np.sum(counts * np.abs(accuracy - mean_confidence)) / len(confidence)


def wilson(right, images):
    interval = binomtest(int(right), int(images)).proportion_ci(0.95, method="wilson")
    return [interval.low, interval.high]


def reliability(confidence, correct):
    """The bins that hold images: number, mean confidence, accuracy, its interval."""
    accuracy, mean_confidence = calibration_curve(correct, confidence, n_bins=BINS,
                                                  strategy="uniform")
    bins = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)
    filled = np.unique(bins)
    return [{"bin": int(b), "count": int(np.sum(bins == b)), "confidence": float(c),
             "accuracy": float(a),
             "accuracy_interval": wilson(np.sum(correct[bins == b]), np.sum(bins == b))}
            for b, a, c in zip(filled, accuracy, mean_confidence)]


def auroc(scores, good):
    return metrics.roc_auc_score(good, scores) if 0 < sum(good) < len(good) else math.nan


def coverage_curve(confidence, correct):
    return [{"threshold": float(t), "coverage": float(np.mean(confidence >= t)),
             "accuracy": float(np.mean(correct[confidence >= t]))}
            for t in sorted(set(confidence), reverse=True)]


def scenario(name, labels, probabilities):
    labels = np.asarray(labels)
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    correct = predicted == labels
    one_hot = np.eye(len(CLASSES))[labels]
    result = {
        "name": name,
        "labels": labels.tolist(),
        "probabilities": probabilities.tolist(),
        "confusion_matrix": metrics.confusion_matrix(labels, predicted, labels=CLASSES).tolist(),
        "accuracy": metrics.accuracy_score(labels, predicted),
        "accuracy_interval": wilson(correct.sum(), len(labels)),
        **class_scores(labels, predicted),
        "loss": metrics.log_loss(labels, probabilities, labels=CLASSES),
        "brier": float(sum(metrics.brier_score_loss(one_hot[:, c], probabilities[:, c], pos_label=1)
                           for c in CLASSES)),
        "ece": expected_calibration_error(confidence, correct),
        "reliability": reliability(confidence, correct),
        "auroc": optional(auroc(confidence, correct)),
        "coverage_curve": coverage_curve(confidence, correct),
    }
    if all(row["support"] and row["precision"] is not None for row in result["per_class"]):
        result["report"] = metrics.classification_report(labels, predicted, labels=CLASSES, digits=4)
    return result


def scenarios(random):
    def softmax(labels, sharpness):
        logits = random.normal(size=(len(labels), 10))
        logits[np.arange(len(labels)), labels] += sharpness
        exponentials = np.exp(logits)
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    def tied(labels, steps):
        """Probabilities that are whole multiples of 1/steps: equal confidences, on bins' edges."""
        counts = random.multinomial(steps - steps // 2, [0.1] * 10, size=len(labels))
        counts[np.arange(len(labels)), random.permutation(labels)] += steps // 4
        counts[np.arange(len(labels)), labels] += steps // 2 - steps // 4
        return counts / steps

    everything = np.concatenate([CLASSES, random.integers(0, 10, 110)])
    yield scenario("good classifier", everything, softmax(everything, 5.0))
    yield scenario("poor classifier", everything, softmax(everything, 1.0))
    some = random.choice([1, 3, 7], 60)
    yield scenario("absent classes", some, softmax(some, 1.5))
    never = softmax(everything[:80], 1.5)
    never[:, [2, 9]] = 0.0
    never /= never.sum(axis=1, keepdims=True)
    yield scenario("classes never predicted, true ones at probability 0", everything[:80], never)
    yield scenario("ties", everything[:90], tied(everything[:90], 30))
    yield scenario("all right", CLASSES, np.eye(10) * 0.91 + 0.009)
    yield scenario("all wrong, no class both true and predicted", [0, 0, 0],
                   np.tile(np.eye(10)[1] * 0.91 + 0.009, (3, 1)))
    yield scenario("one image", [4], softmax(np.array([4]), 0.0))


def main():
    random = np.random.default_rng(20240601)
    reference = {
        "made_with": f"scripts/reference/metrics_reference.py, scikit-learn {sklearn.__version__}, "
                     f"scipy {scipy.__version__}, numpy {np.__version__}",
        "scenarios": list(scenarios(random)),
        "wilson": [[k, n, *binomtest(k, n).proportion_ci(0.95, method="wilson")]
                   for k, n in ((0, 1), (1, 1), (1, 2), (0, 25), (25, 25), (9964, 10000),
                                (9999, 10000), (1, 70000), (35000, 70000))],
        "mcnemar": [[int(b), int(c), binomtest(int(b), int(b + c)).pvalue]
                    for b, c in (*random.integers(0, 400, (30, 2)),
                                 (0, 1), (0, 6), (1, 1), (3, 3), (2, 9), (12, 7), (7, 12), (40, 61),
                                 (150, 210), (1000, 1100), (4900, 5100), (0, 1080), (30, 2000))],
    }
    json.dump(reference, sys.stdout, separators=(",", ":"), allow_nan=False)
    print()


if __name__ == "__main__":
    main()
