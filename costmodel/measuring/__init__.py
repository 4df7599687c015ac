"""Networks laid beside a stopwatch: run on this machine, a time for each layer, and a device fitted to it."""
