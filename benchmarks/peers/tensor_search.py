"""An epoch of the model that tensor_search.cpp measures, in plain PyTorch on one thread: powers and
products of inner products of order 1 to 5, rank 8, batch normalisation and a Hard-Concrete gate a term,
Adam, clipped gradients; 2,500 rows in batches of 64. Prints JSON."""

import json
import math
import statistics
import time

import torch

ROWS = 2500
BATCH = 64
ORDERS = 5
RANK = 8
EPOCHS = {10: 3, 100: 3}


class Gate(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.log_alpha = torch.nn.Parameter(torch.tensor(math.log(9.0)))

    def forward(self):
        u = torch.rand(()).clamp(1e-7, 1 - 1e-7)
        s = torch.sigmoid((u.log() - (1 - u).log() + self.log_alpha) / 0.66)
        return (s * 1.2 - 0.1).clamp(0, 1)

    def price(self):
        return torch.sigmoid(self.log_alpha - 0.66 * math.log(0.1 / 1.1))


class Search(torch.nn.Module):
    def __init__(self, n_inputs):
        super().__init__()
        orders = range(1, ORDERS + 1)
        self.pure = torch.nn.ParameterList(
            [torch.nn.Parameter(0.05 * torch.randn(n_inputs, 1)) for _ in orders])
        self.factors = torch.nn.ParameterList(
            [torch.nn.Parameter(0.05 * torch.randn(k, n_inputs, RANK)) for k in orders])
        self.norms = torch.nn.ModuleList([torch.nn.BatchNorm1d(1) for _ in range(2 * ORDERS)])
        self.gates = torch.nn.ModuleList([Gate() for _ in range(2 * ORDERS)])

    def forward(self, x):
        total = torch.zeros(len(x), 1)
        for k in range(1, ORDERS + 1):
            power = x.pow(k) @ self.pure[k - 1]
            product = torch.ones(len(x), RANK)
            for m in range(k):
                product = product * (x @ self.factors[k - 1][m])
            product = product.sum(1, keepdim=True)
            for place, term in ((k - 1, power), (ORDERS + k - 1, product)):
                total = total + self.gates[place]() * self.norms[place](term)
        return total

    def price(self):
        return sum(gate.price() for gate in self.gates)


def measure(n_inputs, epochs):
    torch.manual_seed(1)
    x = torch.randn(ROWS, n_inputs)
    y = (x * x).sum(1, keepdim=True) + 3 * x[:, :1] * x[:, 1:2]
    y = (y - y.mean()) / y.std()
    model = Search(n_inputs)
    optimiser = torch.optim.Adam(
        [{"params": model.pure.parameters(), "lr": 0.005, "weight_decay": 1e-4},
         {"params": model.factors.parameters(), "lr": 0.01, "weight_decay": 1e-5},
         {"params": model.norms.parameters(), "lr": 0.01},
         {"params": model.gates.parameters(), "lr": 0.01}])
    times = []
    for _ in range(epochs + 1):
        start = time.process_time()
        order = torch.randperm(ROWS)
        for first in range(0, ROWS - BATCH + 1, BATCH):
            rows = order[first:first + BATCH]
            optimiser.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x[rows]), y[rows]) + 0.05 * model.price()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def main():
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    seconds = {str(n): measure(n, epochs) for n, epochs in EPOCHS.items()}
    print(json.dumps({"version": torch.__version__, "seconds": seconds}))


main()
