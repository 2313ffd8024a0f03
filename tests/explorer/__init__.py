"""The crash explorer: every write of a workload is a place to die at, and every end is held against a clean run's.

    workload (what people do) ──► clean run: its writes are numbered
                             └──► one run for each write and fault; the end is compared with the clean end

The operator is the engine with the store that runs in production, over an API server, places and time in memory
(`tests.virtual_time`): a run of hours takes a fraction of a second, and is the same every time.

    python -m tests.explorer --help
"""
