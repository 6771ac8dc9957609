"""One Adam step of an 8-32-32-1 GELU network, batch 128, eagerly in PyTorch. Prints JSON."""

import json
import statistics
import time

import torch

BATCH = 128
STEPS = 300
REPETITIONS = 9


def step_maker():
    torch.manual_seed(1)
    network = torch.nn.Sequential(
        torch.nn.Linear(8, 32), torch.nn.GELU(), torch.nn.Linear(32, 32), torch.nn.GELU(),
        torch.nn.Linear(32, 1))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    loss_of = torch.nn.MSELoss()
    inputs = torch.randn(BATCH, 8)
    targets = torch.randn(BATCH, 1)

    def step():
        optimiser.zero_grad()
        loss_of(network(inputs), targets).backward()
        optimiser.step()

    return step


def main():
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    step = step_maker()
    for _ in range(STEPS):
        step()
    times = []
    for _ in range(REPETITIONS):
        start = time.process_time()
        for _ in range(STEPS):
            step()
        times.append((time.process_time() - start) / STEPS)
    print(json.dumps({"pytorch": {"version": torch.__version__,
                                  "step_us": 1e6 * statistics.median(times)}}))


main()
