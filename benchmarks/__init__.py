"""Speed and memory, side by side with a baseline in one run, told as ratios."""
