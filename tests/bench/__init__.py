"""The benchmark: measures Kithline against the targets of the design, as ratios within one run (bin/bench)."""
