"""Peak memory of the command on a table: memory.py COMMAND TABLE ROWS COLUMNS. Prints JSON."""

import json
import os
import subprocess
import sys
import tempfile


def peak_bytes(arguments):
    """The most memory that the command held at a time, by the system's own account."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{arguments[0]} failed")
    return usage.ru_maxrss * 1024


def main():
    command, table, rows, columns = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        neuron = os.path.join(folder, "neuron.json")
        peak = peak_bytes([command, "discover", "--data", table, "--generations", "5",
                           "--threads", "1", "--no-store", "--out", neuron])
    print(json.dumps({"peak_bytes": peak, "table_bytes": 4 * int(rows) * int(columns)}))


main()
