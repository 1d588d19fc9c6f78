"""Boosted decision trees for yes or no, small and the same on every run. Needs numpy.

Each tree adds to the log-odds what the ones before it leave unexplained. It grows where most is
gained, over at most BINS values of each feature.
"""

import numpy as np

BINS = 32
LEAST_IN_LEAF = 30
LEAF_L2 = 5.0


def cuts_of(values):
    """Between which values of a feature a tree may divide."""
    known = np.unique(values)
    if len(known) > BINS:
        shares = np.linspace(0, 1, BINS + 1)[1:-1]
        places = np.unique(np.searchsorted(known, np.quantile(values, shares, method="nearest")))
        places = places[places + 1 < len(known)]
        return (known[places] + known[places + 1]) / 2
    return (known[:-1] + known[1:]) / 2


class Grower:
    """Grows trees over one set of rows."""

    def __init__(self, x):
        self.cuts = [cuts_of(column) for column in x.T]
        self.bins = np.stack([np.searchsorted(cuts, column) for cuts, column in zip(self.cuts, x.T)],
                             axis=1)
        self.cells = self.bins + np.arange(x.shape[1]) * (BINS + 1)

    def sums(self, rows, values):
        """Of each value, the sums by feature and bin."""
        features = self.cells.shape[1]
        cells = self.cells[rows].ravel()
        return [np.bincount(cells, np.repeat(v[rows], features), features * (BINS + 1))
                .reshape(features, -1) for v in values]

    @staticmethod
    def best(sums):
        """(gain, feature, bin) of the best division."""
        slope, curve, count = (s.cumsum(1) for s in sums)
        slope_all, curve_all, count_all = slope[0, -1], curve[0, -1], count[0, -1]
        gain = (slope ** 2 / (curve + LEAF_L2) +
                (slope_all - slope) ** 2 / (curve_all - curve + LEAF_L2) -
                slope_all ** 2 / (curve_all + LEAF_L2))
        gain[(count < LEAST_IN_LEAF) | (count_all - count < LEAST_IN_LEAF)] = -1
        place = gain.argmax()
        return gain.flat[place], place // gain.shape[1], place % gain.shape[1]

    def grow(self, slope, curve, leaves, rate):
        """A tree as rows (feature or -1, cut or value, left, right), and what it adds to each row."""
        values = [slope, curve, np.ones(len(slope))]
        rows = np.arange(len(slope))
        sums = self.sums(rows, values)
        nodes, growing = [None], [(0, rows, sums, self.best(sums))]
        while len(growing) < leaves:
            at = max(range(len(growing)), key=lambda i: (growing[i][3][0], -i))
            place, rows, sums, (gain, feature, last) = growing[at]
            if gain <= 1e-6:
                break
            del growing[at]
            left = self.bins[rows, feature] <= last
            nodes[place] = (feature, self.cuts[feature][last], len(nodes), len(nodes) + 1)
            of_left = self.sums(rows[left], values)
            of_right = [whole - part for whole, part in zip(sums, of_left)]
            for part, its in ((rows[left], of_left), (rows[~left], of_right)):
                growing.append((len(nodes), part, its, self.best(its)))
                nodes.append(None)
        added = np.zeros(len(slope))
        for place, rows, _, _ in growing:
            value = rate * slope[rows].sum() / (curve[rows].sum() + LEAF_L2)
            nodes[place] = (-1, value, 0, 0)
            added[rows] = value
        return nodes, added


def fit(x, y, weight, start, trees, leaves, rate):
    """Trees that correct the log-odds `start` of `y`."""
    grower, z, grown = Grower(x), start.copy(), []
    for _ in range(trees):
        p = 1 / (1 + np.exp(-z))
        nodes, added = grower.grow(weight * (y - p), weight * p * (1 - p), leaves, rate)
        grown.append(nodes)
        z += added
    return grown


def weigh(trees, x):
    """What trees add to the log-odds of each row."""
    total = np.zeros(len(x))
    for nodes in trees:
        waiting = [(0, np.arange(len(x)))]
        while waiting:
            place, rows = waiting.pop()
            feature, value, left, right = nodes[place]
            if feature < 0:
                total[rows] += value
                continue
            small = x[rows, feature] <= value
            waiting += [(left, rows[small]), (right, rows[~small])]
    return total
