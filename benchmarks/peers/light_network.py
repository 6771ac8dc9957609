"""Trains a d-64-32-1 network with batch normalisation and dropout in PyTorch, 15 epochs of Adam over
80,000 rows in batches of 1024: batches sliced from shuffled tensors, and through a DataLoader as
published. Rows as in light_network.cpp. Prints JSON."""

import gzip
import json
import os
import statistics
import time

import numpy
import torch

ROWS = 80_000
INPUTS = 54
BATCH = 1024
EPOCHS = 15
REPETITIONS = 3


class Found(torch.nn.Module):
    def forward(self, x):
        return torch.cos(x) - torch.cos(torch.cos(x))


ACTIVATIONS = {"relu": torch.nn.ReLU, "found": Found}


def load_rows():
    folder = os.environ.get("NEURONSMITH_DATA")
    if folder is None:
        features = torch.randn(ROWS, INPUTS)
        return features, (features[:, :1] > 0).float()
    with gzip.open(os.path.join(folder, "covertype.csv.gz"), "rt") as file:
        table = numpy.loadtxt(file, delimiter=",", skiprows=1, max_rows=ROWS, dtype=numpy.float32)
    features = table[:, :INPUTS]
    deviation = features.std(0)
    features = (features - features.mean(0)) / numpy.where(deviation > 0, deviation, 1)
    return torch.from_numpy(features), torch.from_numpy((table[:, INPUTS:] == 1).astype("float32"))


def block(n_inputs, n_outputs, activation):
    return [torch.nn.Linear(n_inputs, n_outputs), torch.nn.BatchNorm1d(n_outputs), activation(),
            torch.nn.Dropout(0.3)]


def sliced(features, targets):
    order = torch.randperm(len(features))
    features, targets = features[order], targets[order]
    for first in range(0, len(features), BATCH):
        yield features[first:first + BATCH], targets[first:first + BATCH]


def loader(features, targets):
    data = torch.utils.data.TensorDataset(features, targets)
    return torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True)


def train(features, targets, activation, batches):
    torch.manual_seed(42)
    network = torch.nn.Sequential(*block(INPUTS, 64, activation), *block(64, 32, activation),
                                  torch.nn.Linear(32, 1), torch.nn.Sigmoid())
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    loss_of = torch.nn.BCELoss()
    start = time.process_time()
    for _ in range(EPOCHS):
        for inputs, wanted in batches(features, targets):
            optimiser.zero_grad()
            loss_of(network(inputs), wanted).backward()
            optimiser.step()
    return time.process_time() - start


def main():
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    features, targets = load_rows()
    seconds = {}
    for name, activation in ACTIVATIONS.items():
        for kind, batches in (("sliced", sliced), ("loader", loader)):
            times = [train(features, targets, activation, batches) for _ in range(REPETITIONS)]
            seconds[f"{name}/{kind}"] = statistics.median(times)
    print(json.dumps({"version": torch.__version__, "seconds": seconds}))


main()
