# What people run besides building: check, lint, fuzz, bench, cover, install.
