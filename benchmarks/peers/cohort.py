"""Steps a second of training networks 8-32-32-1 on batches of 128 in PyTorch, with one thread and
with two: one by one with the activations of cohort.cpp, and 128 networks at once by torch.func.vmap,
all with GELU. Batches are ready made, only the steps are timed. Prints JSON."""

import json
import math
import statistics
import time

import torch
from torch.func import grad, vmap
from torch.nn import functional

BATCH = 128
BATCHES = 8
CANDIDATES = 128
REPETITIONS = 7

ACTIVATIONS = [
    torch.relu,
    functional.gelu,
    functional.silu,
    torch.tanh,
    functional.mish,
    lambda x: torch.cos(x) - torch.cos(torch.cos(x)),
    lambda x: torch.tanh(1.5 * x) * torch.exp(-0.2 * x * x) + 0.1 * x,
    lambda x: functional.gelu(x) + 0.1 * torch.sin(x),
]


def first_parameters(*candidates):
    parameters = []
    for n_inputs, n_outputs in ((8, 32), (32, 32), (32, 1)):
        parameters.append(torch.randn(*candidates, n_outputs, n_inputs) / math.sqrt(n_inputs))
        parameters.append(torch.zeros(*candidates, n_outputs))
    return parameters


def loss_maker(activation):
    def loss_of(parameters, inputs, targets):
        w1, b1, w2, b2, w3, b3 = parameters
        hidden = activation(functional.linear(inputs, w1, b1))
        hidden = activation(functional.linear(hidden, w2, b2))
        return functional.mse_loss(functional.linear(hidden, w3, b3), targets)

    return loss_of


def adam(parameters):
    # Its quickest form here: one kernel instead of an operator for every sum and product.
    return torch.optim.Adam(parameters, lr=5e-3, fused=True)


class OneByOne:
    """Steps of one network."""

    def __init__(self, activation):
        self.loss_of = loss_maker(activation)
        self.parameters = [values.requires_grad_() for values in first_parameters()]
        self.optimiser = adam(self.parameters)

    def step(self, inputs, targets):
        loss = self.loss_of(self.parameters, inputs, targets)
        gradients = torch.autograd.grad(loss, self.parameters)
        for values, gradient in zip(self.parameters, gradients):
            values.grad = gradient
        self.optimiser.step()

    def parameters_are_finite(self):
        return all(torch.isfinite(values).all() for values in self.parameters)


class Together(OneByOne):
    """Steps of all candidates, whose parameters are stacked."""

    def __init__(self, activation):
        self.parameters = first_parameters(CANDIDATES)
        self.optimiser = adam(self.parameters)
        self.gradients_of = vmap(grad(loss_maker(activation)), in_dims=(0, None, None))

    def step(self, inputs, targets):
        gradients = self.gradients_of(self.parameters, inputs, targets)
        for values, gradient in zip(self.parameters, gradients):
            values.grad = gradient
        self.optimiser.step()


def make_batches():
    weights = torch.randn(8, 1)
    inputs = torch.randn(BATCHES, BATCH, 8)
    return list(zip(inputs, torch.sin(inputs @ weights)))


def seconds_of(network, batches, passes):
    start = time.perf_counter()
    for _ in range(passes):
        for inputs, targets in batches:
            network.step(inputs, targets)
    return (time.perf_counter() - start) / (passes * len(batches))


def main():
    torch.manual_seed(1)
    torch.set_num_interop_threads(1)
    batches = make_batches()
    eager = [OneByOne(activation) for activation in ACTIVATIONS]
    together = Together(functional.gelu)
    kinds = {"mixed": lambda: statistics.mean(seconds_of(one, batches, 10) for one in eager),
             "gelu": lambda: seconds_of(eager[1], batches, 40),
             "vmap": lambda: seconds_of(together, batches, 2) / CANDIDATES}
    times = {}
    for repetition in range(REPETITIONS + 1):  # the first warms up
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for kind, measure in kinds.items():
                seconds = measure()
                if repetition > 0:
                    times.setdefault(f"{kind}/{threads}", []).append(seconds)
    assert all(network.parameters_are_finite() for network in [*eager, together])
    rates = {name: 1 / statistics.median(seconds) for name, seconds in times.items()}
    print(json.dumps({"version": torch.__version__, "steps_per_second": rates}))


main()
