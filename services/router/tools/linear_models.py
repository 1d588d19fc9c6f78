"""Logistic regressions and the files that their weights go into. Needs numpy and scipy."""

import numpy as np
import scipy.optimize
import scipy.sparse

LEAST_WEIGHT = 2  # in units of the file; smaller ones are dropped


def fit_softmax(x, y, weight, classes, l2):
    """Weights (features x classes) and biases of a multinomial logistic regression."""
    n, k = x.shape
    onehot = np.zeros((n, classes))
    onehot[np.arange(n), y] = 1
    transposed = x.T.tocsr() if scipy.sparse.issparse(x) else x.T

    def loss(flat):
        w = flat[: k * classes].reshape(k, classes)
        z = x @ w + flat[k * classes:]
        z -= z.max(1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(1, keepdims=True)
        value = -(weight * np.log(p[np.arange(n), y] + 1e-12)).sum() + 0.5 * l2 * (w * w).sum()
        error = (p - onehot) * weight[:, None]
        return value, np.concatenate([(transposed @ error + l2 * w).ravel(), error.sum(0)])

    start = np.zeros(k * classes + classes)
    best = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B",
                                   options={"maxiter": 100}).x
    return best[: k * classes].reshape(k, classes), best[k * classes:]


def fit_logistic(x, y, weight, l2, free=0):
    """Weights of a logistic regression; the last `free` columns are penalised less."""
    penalty = np.full(x.shape[1], l2)
    if free:
        penalty[-free:] = l2 * 0.3

    def loss(w):
        z = x @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-z))
        value = -(weight * (y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))).sum()
        error = weight * (p - y)
        return (value + 0.5 * (penalty * w[:-1] ** 2).sum(),
                np.concatenate([x.T @ error + penalty * w[:-1], [error.sum()]]))

    return scipy.optimize.minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B",
                                   options={"maxiter": 300}).x


def write_weights(path, reader, scale, bias, names, table):
    """The format of language/weight_table.h."""
    with open(path, "w") as out:
        out.write(f"# Weights of {reader}, fitted by "
                  "services/router/tools/fit_reading.py; not made by hand.\n")
        for feature, row in [("bias", bias), *sorted(zip(names, table), key=lambda one: one[0])]:
            value = np.round(row * scale).astype(int)
            pairs = [f"{i}:{v}" for i, v in enumerate(value) if abs(v) >= (1 if feature == "bias" else LEAST_WEIGHT)]
            if pairs:
                out.write(f"{feature}\t{' '.join(pairs)}\n")
