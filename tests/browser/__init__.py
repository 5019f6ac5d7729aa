"""The pages in a real Chromium, served with the real cookbook.

A package, so that browser and server close when its last test is done: Playwright's event loop would
be in the way of the tests that come after.
"""
