"""One module a step: ``NNNN_room.py``, each naming the one before it."""
